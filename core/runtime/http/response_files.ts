import { boundedText } from "../language/bounded_text.ts";
import { bytesOf, isView, sliceBytes } from "../language/primordials.ts";
import { FileContent, type Part } from "./content.ts";
import type { ResponseInit } from "./response_init.ts";

export interface FileOptions extends ResponseInit {
  readonly offset?: unknown;
  readonly length?: unknown;
  readonly contentType?: unknown;
  readonly download?: unknown;
}

const MOST_PARTS = 1024;

/** What `Response.file` is given. Throws a RangeError for numbers that are no numbers of bytes. */
export function toFileContent(path: unknown, options: FileOptions): FileContent {
  const { contentType, download } = options;
  const file = {
    file: boundedText(String(path), "Response.file"),
    offset: wholeNumber(options.offset, "Response.file: offset"),
    length: wholeNumber(options.length, "Response.file: length"),
    contentType: contentType === undefined ? undefined : boundedText(String(contentType), "Response.file"),
    download: download === undefined ? undefined : boundedText(String(download), "Response.file"),
  };
  return new FileContent(file);
}

/** What `Response.parts` is given. */
export function toPartsContent(parts: unknown): FileContent {
  if (!Array.isArray(parts) || parts.length > MOST_PARTS) {
    throw new TypeError(`Response.parts: wants an array of at most ${MOST_PARTS} parts`);
  }
  return new FileContent({ parts: parts.map(toPart) });
}

function toPart(part: unknown): Part {
  if (typeof part === "string") return part;
  if (part instanceof ArrayBuffer || isView(part)) return sliceBytes(bytesOf(part), 0);
  const { file, offset, length } = part as { file?: unknown; offset?: unknown; length?: unknown };
  if (typeof file !== "string") {
    throw new TypeError("Response.parts: a part is text, bytes or { file, offset, length }");
  }
  return {
    file,
    offset: wholeNumber(offset, "Response.parts: offset"),
    length: wholeNumber(length, "Response.parts: length"),
  };
}

function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new RangeError(`${name} must be a whole number of bytes; got ${String(value)}`);
}
