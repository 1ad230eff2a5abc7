import type { ReadableStream } from "web-streams-polyfill";
import { Bytes, push, setBytes, typedArrayLength, typedArrayName } from "../language/primordials.ts";
import { readerOf } from "./stream_state.ts";

/** "Read all bytes" of the Streams standard. The stream stays locked. */
export async function readAll(stream: ReadableStream): Promise<Uint8Array<ArrayBuffer>> {
  const reader = readerOf(stream);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const piece = bytePiece(value);
    push(pieces, piece);
    length += typedArrayLength(piece);
  }
  const bytes = new Bytes(length);
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    setBytes(bytes, pieces[i]!, at);
    at += typedArrayLength(pieces[i]!);
  }
  return bytes;
}

/** A piece of a stream of bytes. Throws a TypeError for anything but a Uint8Array, text too. */
export function bytePiece(piece: unknown): Uint8Array<ArrayBuffer> {
  if (typedArrayName(piece) === "Uint8Array") return piece as Uint8Array<ArrayBuffer>;
  throw new TypeError(
    `reading a body's stream: every piece must be a Uint8Array, not ${piece === null ? "null" : typeof piece}; pipe text through a TextEncoderStream`,
  );
}
