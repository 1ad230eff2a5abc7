import { charCodeAt, slice, toWellFormed } from "../language/primordials.ts";
import { encodeUtf8, Utf8Decoder } from "../text/utf8.ts";
import type { BodyServices } from "./body.ts";
import { type Content, HeldBody, StreamContent } from "./content.ts";
import { readHeld } from "./held_reader.ts";

/** "UTF-8 decode" of the content's bytes: a byte order mark is no part of the text. */
export async function textOfContent(content: Content, services: BodyServices): Promise<string> {
  if (content === undefined) return "";
  if (typeof content === "string") return withoutMark(toWellFormed(content));
  if (content instanceof HeldBody) return withoutMark(await readHeld<string>(content, false, services));
  return withoutMark(new Utf8Decoder(false).decode(await bytesOfContent(content, services), false));
}

/** The content's bytes; those of a content of bytes are not copied. */
export async function bytesOfContent(
  content: Content,
  services: BodyServices,
): Promise<Uint8Array<ArrayBuffer>> {
  if (content === undefined) return new Uint8Array(0);
  if (typeof content === "string") return encodeUtf8(content);
  if (content instanceof HeldBody)
    return new Uint8Array(await readHeld<ArrayBuffer>(content, true, services));
  if (content instanceof StreamContent) return services.chunks.get("streams").readAll(content.stream);
  if (content instanceof Uint8Array) return content;
  throw new TypeError("the body of Response.file and Response.parts stays on the host");
}

function withoutMark(text: string): string {
  return charCodeAt(text, 0) === 0xfeff ? slice(text, 1) : text;
}
