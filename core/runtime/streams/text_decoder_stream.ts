import { ReadableStream, TransformStream } from "web-streams-polyfill";
import { bytesOf, reflectApply } from "../language/primordials.ts";
import { finishClass } from "../language/web_idl.ts";
import { TextDecoder } from "../text/text_encoding.ts";

/** The TextDecoderStream class of the Encoding standard, for the encodings that TextDecoder has. */
export class TextDecoderStream {
  readonly #decoder: TextDecoder;
  readonly #transform = new TransformStream<ArrayBuffer | ArrayBufferView, string>({
    transform: (piece, controller) => {
      // For a piece that is no bytes, which the decoder would take for none at all.
      const bytes = bytesOf(piece);
      const text = this.#decoder.decode(bytes, { stream: true });
      if (text !== "") controller.enqueue(text);
    },
    flush: (controller) => {
      const text = this.#decoder.decode();
      if (text !== "") controller.enqueue(text);
    },
  });

  constructor(label = "utf-8", options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
    this.#decoder = new TextDecoder(label, options);
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

finishClass(TextDecoderStream, "TextDecoderStream", [
  "encoding",
  "fatal",
  "ignoreBOM",
  "readable",
  "writable",
]);

const { pipeThrough } = ReadableStream.prototype;

/** The text of a stream of UTF-8; an empty stream for null. */
export function decodeStream(stream: ReadableStream | null): ReadableStream<string> {
  if (stream === null) return new ReadableStream({ start: (controller) => controller.close() });
  return reflectApply(pipeThrough, stream, [new TextDecoderStream()]) as ReadableStream<string>;
}
