import { Bytes, charCodeAt, min, push, typedArrayLength } from "../language/primordials.ts";
import { Utf8Decoder } from "../text/utf8.ts";
import { parseForm } from "../url/form_urlencoded.ts";
import { normalizeType } from "./blob_arguments.ts";
import { BlobContent } from "./blob_content.ts";
import { copyOf } from "./byte_content.ts";
import { File } from "./file.ts";
import { entriesOfForm, type FormData, type FormEntries, formFromEntries } from "./form_data.ts";
import { formTypeOf } from "./form_type.ts";
import { MOST_ENTRIES, parseMultipart } from "./multipart_parser.ts";
import { writeMultipart } from "./multipart_writer.ts";

/** A form as a body. */
export interface EncodedForm {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

const AMPERSAND = 0x26;
/** Bytes looked at by one call; see `PIECE` of `utf8.ts`. */
const PIECE = 4096;
const HEX = "0123456789abcdef";
/** 128 random bits: content cannot hold the boundary but by knowing it. */
const BOUNDARY_BYTES = 16;

/** The multipart body of a form (Fetch standard, "extract a body"). */
export function encodeFormData(form: FormData, randomBytes: (count: number) => ArrayBuffer): EncodedForm {
  const random = new Bytes(randomBytes(BOUNDARY_BYTES));
  let boundary = "----LodestoneForm";
  for (let i = 0; i < BOUNDARY_BYTES; i++) boundary += HEX[random[i]! >> 4]! + HEX[random[i]! & 15]!;
  return {
    bytes: writeMultipart(entriesOfForm(form), boundary),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

/**
 * The form in a body of either type (Fetch standard, `formData()`). Throws a TypeError for another type and for a
 * malformed body. The bytes become the form's: its files are views of them, so no script may hold them.
 */
export function parseFormData(bytes: Uint8Array<ArrayBuffer>, contentType: string): FormData {
  const { boundary } = formTypeOf(contentType);
  return formFromEntries(boundary === undefined ? parseUrlencoded(bytes) : parseParts(bytes, boundary));
}

function parseParts(body: Uint8Array<ArrayBuffer>, boundary: string): FormEntries {
  const entries: FormEntries = [];
  const parts = parseMultipart(body, boundary);
  for (let i = 0; i < parts.length; i++) {
    const { name, fileName, type, bytes } = parts[i]!;
    push(entries, name);
    if (fileName === undefined) push(entries, new Utf8Decoder(false).decode(copyOf(bytes), false));
    else {
      const content = new BlobContent(bytes, normalizeType(type ?? "text/plain"));
      push(entries, new File(content, fileName));
    }
  }
  return entries;
}

function parseUrlencoded(body: Uint8Array): FormEntries {
  const size = typedArrayLength(body);
  let pairs = 1;
  let upper = 0;
  for (let at = 0; at < size; at += PIECE) {
    pairs += countBytes(body, AMPERSAND, AMPERSAND, at, min(at + PIECE, size));
    upper += countBytes(body, 0x80, 0xff, at, min(at + PIECE, size));
  }
  if (pairs > MOST_ENTRIES) {
    throw new TypeError(`formData(): the body has more than ${MOST_ENTRIES} pairs`);
  }
  const ascii = upper === 0 ? copyOf(body) : percentEncoded(body, upper);
  return parseForm(new Utf8Decoder(false).decode(ascii, false));
}

function countBytes(body: Uint8Array, lowest: number, highest: number, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (body[i]! >= lowest && body[i]! <= highest) count++;
  return count;
}

/**
 * The standard parses bytes, our parser text: bytes beyond ASCII take the form of percent-encoded ones, which is
 * the same to the standard.
 */
function percentEncoded(body: Uint8Array, upper: number): Uint8Array {
  const size = typedArrayLength(body);
  const encoded = new Bytes(size + 2 * upper);
  let at = 0;
  for (let i = 0; i < size; i++) {
    const byte = body[i]!;
    if (byte < 0x80) encoded[at++] = byte;
    else {
      encoded[at] = 0x25;
      encoded[at + 1] = charCodeAt(HEX, byte >> 4);
      encoded[at + 2] = charCodeAt(HEX, byte & 15);
      at += 3;
    }
  }
  return encoded;
}
