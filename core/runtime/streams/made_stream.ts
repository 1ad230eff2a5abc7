import { type ReadableByteStreamController, ReadableStream } from "web-streams-polyfill";
import { type Content, FileContent, HeldBody, StreamContent } from "../http/content.ts";
import { dropHeld, type HeldServices, readHeld, readHeldPiece } from "../http/held_reader.ts";
import { Bytes, createObject, sliceBytes, typedArrayLength } from "../language/primordials.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { cancelStream, readerOf } from "./stream_state.ts";

/** What a stream of the runtime was made of. */
interface Origin {
  readonly content: NonNullable<Content>;
  /** Whether the content has gone another way, or nobody wants it. */
  isOver: boolean;
}

/** Lets a class add private fields to an object that was made elsewhere. */
class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for.
    return object;
  }
}

let originOf: (stream: object) => Origin | undefined;

/** Ties the origin to the stream: scripts can neither see nor forge it. */
class Mark extends Given {
  readonly #origin: Origin;

  constructor(stream: object, origin: Origin) {
    super(stream);
    this.#origin = origin;
  }

  static {
    originOf = (stream) => (#origin in stream ? stream.#origin : undefined);
  }
}

/** A byte stream of the content. Nothing of it is fetched, encoded or copied before somebody reads. */
export function makeStream(content: NonNullable<Content>, services: HeldServices): ReadableStream {
  if (content instanceof StreamContent) return content.stream;
  const origin: Origin = { content, isOver: false };
  // No prototype: scripts could put further members of a source on it.
  const source = createObject(null) as {
    type: "bytes";
    start(controller: ReadableByteStreamController): void;
    pull(controller: ReadableByteStreamController): Promise<void>;
    cancel(): void;
  };
  source.type = "bytes";
  source.start = (controller) => {
    if (!(content instanceof HeldBody)) return;
    content.onAbort = (reason) => {
      if (origin.isOver) return;
      origin.isOver = true;
      controller.error(reason);
    };
  };
  source.pull = (controller) => bringPiece(origin, controller, services);
  source.cancel = () => {
    if (!origin.isOver && content instanceof HeldBody) dropHeld(content, services);
    origin.isOver = true;
  };
  const stream = new ReadableStream(source, { highWaterMark: 0 });
  new Mark(stream, origin);
  return stream;
}

/** The content of a stream that `makeStream` made and nobody has touched; undefined for other streams. */
export function sourceOf(stream: ReadableStream): Content {
  return originOf(stream)?.content;
}

/** Makes an unlocked stream look as if it had been read by somebody who keeps it locked. */
export function sealStream(stream: ReadableStream): void {
  const origin = originOf(stream);
  if (origin !== undefined) origin.isOver = true;
  void cancelStream(stream);
  readerOf(stream);
}

async function bringPiece(
  origin: Origin,
  controller: ReadableByteStreamController,
  services: HeldServices,
): Promise<void> {
  const { content } = origin;
  const isPiece = content instanceof HeldBody && !content.isShared;
  const bytes = await pieceOf(content, services);
  if (origin.isOver) return;
  // Asked before the stream takes the buffer away.
  const isEmpty = typedArrayLength(bytes) === 0;
  if (!isEmpty) controller.enqueue(bytes);
  if (isPiece && !isEmpty) return;
  origin.isOver = true;
  controller.close();
  // A reader with a buffer of its own waits until it gets that buffer back.
  controller.byobRequest?.respond(0);
}

/** The next piece of a held body, no bytes at its end; of anything else the whole, to be given away. */
async function pieceOf(
  content: NonNullable<Content>,
  services: HeldServices,
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof content === "string") return encodeUtf8(content);
  if (content instanceof HeldBody) {
    content.used = true;
    const read = content.isShared
      ? readHeld<ArrayBuffer>(content, true, services)
      : readHeldPiece(content, services);
    return new Bytes(await read);
  }
  if (content instanceof FileContent || content instanceof StreamContent) {
    throw new TypeError("reading a body: that of Response.file and Response.parts stays on the host");
  }
  return sliceBytes(content, 0);
}
