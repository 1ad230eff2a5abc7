/** Bytes of a file name on common file systems. */
const LONGEST_NAME = 255;

/** Controls, and the marks that turn the direction of text and so disguise an ending. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Value of Content-Disposition that makes a client save the body as a file (RFC 6266), with `filename*` in
 * UTF-8 (RFC 8187) when the name needs it.
 *
 * @param name wished file name; only its last segment counts
 */
export function attachment(name: string): string {
  const clean = safeName(name);
  const plain = clean.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  if (plain === clean) return `attachment; filename="${clean}"`;
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeValue(clean)}`;
}

function safeName(name: string): string {
  const base = name
    .toWellFormed()
    .replace(/^.*[/\\]/s, "")
    .replace(HIDDEN, "")
    .trim();
  const short = [...base].slice(0, LONGEST_NAME).join("");
  return /^\.*$/.test(short) ? "download" : short;
}

/** RFC 8187 section 3.2.1: `attr-char` leaves out four characters that `encodeURIComponent` keeps. */
function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
