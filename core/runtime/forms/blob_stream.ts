import {
  createObject,
  defineProperty,
  freezeObject,
  min,
  typedArrayLength,
} from "../language/primordials.ts";
import { Utf8Decoder } from "../text/utf8.ts";
import { type Blob, contentOfBlob } from "./blob.ts";
import { copyOf, rangeOf, startOfText } from "./byte_content.ts";

/** Bytes of a chunk. Large enough to make the cost of a chunk small, small enough to begin soon. */
const CHUNK = 65_536;

/** What is needed of the ReadableStream class of the Streams standard. */
export type ReadableStreamClass = new (source: object, strategy: { highWaterMark: number }) => object;

interface ByteController {
  readonly byobRequest: { respond(length: number): void } | null;
  enqueue(chunk: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

interface TextController {
  enqueue(chunk: string): void;
  close(): void;
}

/**
 * Gives Blob its methods `stream` and `textStream`; the class of the streams is asked for when the first one is
 * made.
 */
export function defineBlobStreams(blobClass: typeof Blob, streamClass: () => ReadableStreamClass): void {
  const { stream, textStream } = {
    stream(this: Blob): object {
      const { bytes } = contentOfBlob(this);
      return new (streamClass())(byteSource(bytes), { highWaterMark: 0 });
    },
    textStream(this: Blob): object {
      const { bytes } = contentOfBlob(this);
      return new (streamClass())(textSource(bytes), { highWaterMark: 0 });
    },
  };
  defineMethod(blobClass, "stream", stream);
  defineMethod(blobClass, "textStream", textStream);
}

function defineMethod(blobClass: typeof Blob, name: string, value: (this: Blob) => object): void {
  defineProperty(
    blobClass.prototype,
    name,
    freezeObject({ __proto__: null, value, writable: true, enumerable: true, configurable: true }),
  );
}

/** An underlying source without a prototype, to which scripts could have added members. */
function createSource(): Record<string, unknown> {
  return createObject(null) as Record<string, unknown>;
}

/** Hands out copies of the bytes. */
function byteSource(bytes: Uint8Array<ArrayBuffer>): object {
  const size = typedArrayLength(bytes);
  let at = 0;
  const closeAtEnd = (controller: ByteController): void => {
    if (at < size) return;
    controller.close();
    // A reader with a buffer of its own waits until it gets that buffer back.
    controller.byobRequest?.respond(0);
  };
  const source = createSource();
  source.type = "bytes";
  source.start = closeAtEnd;
  source.pull = (controller: ByteController): void => {
    const end = min(at + CHUNK, size);
    const chunk = copyOf(rangeOf(bytes, at, end));
    at = end;
    controller.enqueue(chunk);
    closeAtEnd(controller);
  };
  return source;
}

/** Hands out the text of the bytes, without its byte order mark. */
function textSource(bytes: Uint8Array<ArrayBuffer>): object {
  const size = typedArrayLength(bytes);
  const decoder = new Utf8Decoder(false);
  let at = startOfText(bytes);
  const source = createSource();
  source.pull = (controller: TextController): void => {
    const end = min(at + CHUNK, size);
    const text = decoder.decode(copyOf(rangeOf(bytes, at, end)), end < size);
    at = end;
    if (text !== "") controller.enqueue(text);
    if (at === size) controller.close();
  };
  return source;
}
