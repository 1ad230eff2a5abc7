import { charCodeAt, push, slice, toLowerCase } from "../language/primordials.ts";
import { toDOMString, toUSVString } from "../language/web_idl.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { isBufferSource } from "./buffer_source.ts";

/** The conversions that the constructors of Blob and File do with their arguments (File API, Web IDL). */

export interface BlobPropertyBag {
  endings?: "transparent" | "native";
  type?: string;
}

export interface BlobOptions {
  /** Whether line endings of text become those of the system: line feeds. */
  readonly nativeEndings: boolean;
  /** Normalised. */
  readonly type: string;
}

/** `sequence<BlobPart>`: what is neither bytes nor a Blob becomes its text. Throws a TypeError. */
export function toBlobParts<Blob>(
  value: unknown,
  isBlob: (part: unknown) => part is Blob,
): (string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob)[] {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isObject || (value as Partial<Iterable<unknown>>)[Symbol.iterator] == null) {
    throw new TypeError("the parts of a Blob must be an array or another iterable");
  }
  const parts: ReturnType<typeof toBlobParts<Blob>> = [];
  for (const part of value as Iterable<unknown>) {
    push(parts, isBlob(part) || isBufferSource(part) ? part : toUSVString(part));
  }
  return parts;
}

export function toBlobOptions(bag: Partial<BlobPropertyBag>): BlobOptions {
  const nativeEndings = isNative(bag.endings);
  const { type } = bag;
  return { nativeEndings, type: type === undefined ? "" : normalizeType(toDOMString(type)) };
}

function isNative(endings: unknown): boolean {
  if (endings === undefined) return false;
  const text = toDOMString(endings);
  if (text === "native") return true;
  if (text === "transparent") return false;
  throw new TypeError(`the line endings of a Blob must be "transparent" or "native", not "${text}"`);
}

/** In lower case; "" when it has characters beyond printable ASCII. */
export function normalizeType(type: string): string {
  for (let i = 0; i < type.length; i++) {
    const code = charCodeAt(type, i);
    if (code < 0x20 || code > 0x7e) return "";
  }
  return toLowerCase(type);
}

/** UTF-8 of a part that is text. */
export function encodePart(text: string, nativeEndings: boolean): Uint8Array<ArrayBuffer> {
  return encodeUtf8(nativeEndings ? withLineFeeds(text) : text);
}

function withLineFeeds(text: string): string {
  let result = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    if (charCodeAt(text, i) !== 0x0d) continue;
    result += `${slice(text, copied, i)}\n`;
    if (charCodeAt(text, i + 1) === 0x0a) i++;
    copied = i + 1;
  }
  return result + slice(text, copied);
}
