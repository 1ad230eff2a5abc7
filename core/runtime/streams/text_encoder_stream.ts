import { TransformStream } from "web-streams-polyfill";
import { charCodeAt, slice } from "../language/primordials.ts";
import { finishClass, toDOMString } from "../language/web_idl.ts";
import { encodeUtf8 } from "../text/utf8.ts";

/** The TextEncoderStream class of the Encoding standard: a pair of surrogates may be cut between two pieces. */
export class TextEncoderStream {
  /** A high surrogate at the end of the piece before. */
  #high = "";
  readonly #transform = new TransformStream<unknown, Uint8Array>({
    transform: (piece, controller) => {
      const bytes = encodeUtf8(this.#whole(toDOMString(piece)));
      if (bytes.length > 0) controller.enqueue(bytes);
    },
    flush: (controller) => {
      if (this.#high !== "") controller.enqueue(encodeUtf8(this.#high));
    },
  });

  get encoding(): string {
    return "utf-8";
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }

  /** The text with what was left of the piece before, without a high surrogate at its end. */
  #whole(piece: string): string {
    const text = this.#high + piece;
    const last = text === "" ? 0 : charCodeAt(text, text.length - 1);
    const isCut = last >= 0xd800 && last <= 0xdbff;
    this.#high = isCut ? slice(text, -1) : "";
    return isCut ? slice(text, 0, -1) : text;
  }
}

finishClass(TextEncoderStream, "TextEncoderStream", ["encoding", "readable", "writable"]);
