import { charCodeAt, push, slice } from "../language/primordials.ts";
import { encodeUtf8 } from "../text/utf8.ts";
import { contentOfBlob } from "./blob.ts";
import { joinBytes } from "./byte_content.ts";
import { fileName } from "./file.ts";
import type { FormDataEntryValue } from "./form_data.ts";

/**
 * The `multipart/form-data` body of a form: names and values by turns (HTML standard, "multipart/form-data encoding
 * algorithm"). The boundary must be one that no content can have guessed.
 */
export function writeMultipart(
  entries: readonly FormDataEntryValue[],
  boundary: string,
): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let text = "";
  for (let i = 0; i < entries.length; i += 2) {
    const value = entries[i + 1]!;
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(withCRLF(entries[i] as string))}"`;
    if (typeof value === "string") text += `\r\n\r\n${withCRLF(value)}\r\n`;
    else {
      const { bytes, type } = contentOfBlob(value);
      text += `; filename="${escapeName(fileName(value))}"\r\n`;
      text += `Content-Type: ${type === "" ? "application/octet-stream" : type}\r\n\r\n`;
      push(pieces, encodeUtf8(text));
      push(pieces, bytes);
      text = "\r\n";
    }
  }
  push(pieces, encodeUtf8(`${text}--${boundary}--\r\n`));
  return joinBytes(pieces);
}

/** Every line ending as CRLF. */
function withCRLF(text: string): string {
  let result = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code !== 0x0d && code !== 0x0a) continue;
    result += `${slice(text, copied, i)}\r\n`;
    if (code === 0x0d && charCodeAt(text, i + 1) === 0x0a) i++;
    copied = i + 1;
  }
  return copied === 0 ? text : result + slice(text, copied);
}

/** What would end the quoted name or its line becomes `%0A`, `%0D` or `%22`. */
function escapeName(text: string): string {
  let result = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    const escaped = code === 0x0a ? "%0A" : code === 0x0d ? "%0D" : code === 0x22 ? "%22" : "";
    if (escaped === "") continue;
    result += slice(text, copied, i) + escaped;
    copied = i + 1;
  }
  return copied === 0 ? text : result + slice(text, copied);
}
