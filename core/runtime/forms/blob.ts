import { inspectSymbol } from "../console/inspect_symbol.ts";
import { max, min, push, typedArrayBuffer, typedArrayLength } from "../language/primordials.ts";
import { finishClass, toDictionary, toDOMString } from "../language/web_idl.ts";
import { Utf8Decoder } from "../text/utf8.ts";
import {
  type BlobOptions,
  type BlobPropertyBag,
  encodePart,
  normalizeType,
  toBlobOptions,
  toBlobParts,
} from "./blob_arguments.ts";
import { BlobContent } from "./blob_content.ts";
import { bytesOfSource } from "./buffer_source.ts";
import { copyOf, joinBytes, rangeOf, startOfText } from "./byte_content.ts";
import { toClampedInteger } from "./numbers.ts";

export type BlobPart = string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob;

let hasContent: (value: unknown) => value is Blob;
let contentOf: (blob: Blob) => BlobContent;

/** The Blob class of the File API. Its methods `stream` and `textStream` come from `blob_stream.ts`. */
export class Blob {
  readonly #content: BlobContent;

  /** The runtime itself passes a `BlobContent`. */
  constructor(parts: Iterable<BlobPart> | BlobContent = [], options: BlobPropertyBag | null = null) {
    if (parts instanceof BlobContent) this.#content = parts;
    else {
      const list = toBlobParts(parts, isBlob);
      this.#content = assembleBlob(list, toBlobOptions(toDictionary(options, "new Blob")));
    }
  }

  get size(): number {
    return typedArrayLength(this.#content.bytes);
  }

  get type(): string {
    return this.#content.type;
  }

  slice(start = 0, end?: number, contentType = ""): Blob {
    const { bytes } = this.#content;
    const size = typedArrayLength(bytes);
    const from = fromStart(toClampedInteger(start), size);
    const to = end === undefined ? size : fromStart(toClampedInteger(end), size);
    const type = normalizeType(toDOMString(contentType));
    return new Blob(new BlobContent(rangeOf(bytes, from, max(from, to)), type));
  }

  declare stream: () => object;
  declare textStream: () => object;

  async text(): Promise<string> {
    const { bytes } = this.#content;
    // The decoder asks for the length in a way that scripts could replace: it gets a copy.
    const copy = copyOf(rangeOf(bytes, startOfText(bytes), typedArrayLength(bytes)));
    return new Utf8Decoder(false).decode(copy, false);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return typedArrayBuffer(copyOf(this.#content.bytes));
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return copyOf(this.#content.bytes);
  }

  [inspectSymbol](): Record<string, unknown> {
    return { size: this.size, type: this.type };
  }

  static {
    hasContent = (value): value is Blob => typeof value === "object" && value !== null && #content in value;
    contentOf = (blob) => blob.#content;
  }
}

finishClass(Blob, "Blob", ["size", "type", "slice", "text", "arrayBuffer", "bytes"]);

/** Whether a value is a Blob or a File, whatever its prototype says. */
export const isBlob = hasContent!;
/** Bytes and type. Throws a TypeError for anything but a Blob. The bytes must not come near a script. */
export const contentOfBlob = contentOf!;

/** Puts converted parts together. */
export function assembleBlob(parts: readonly BlobPart[], options: BlobOptions): BlobContent {
  const only = parts.length === 1 ? parts[0] : undefined;
  if (isBlob(only)) return new BlobContent(contentOf(only).bytes, options.type);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (typeof part === "string") push(pieces, encodePart(part, options.nativeEndings));
    else push(pieces, isBlob(part) ? contentOf(part).bytes : bytesOfSource(part));
  }
  return new BlobContent(joinBytes(pieces), options.type);
}

/** Where a position is that counts from the end when it is negative. */
function fromStart(position: number, size: number): number {
  return position < 0 ? max(size + position, 0) : min(position, size);
}
