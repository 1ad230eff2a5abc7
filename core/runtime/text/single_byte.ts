import { charCodeAt, slice } from "../language/primordials.ts";

/** Windows-1252 bytes 0x80 to 0x9f (Encoding standard, index windows-1252); all others are their own code. */
const UPPER_HALF =
  "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
  "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

/** Replaces the code units 0x80 to 0x9f of Latin-1 text by what Windows-1252 has there. */
export function latin1ToWindows1252(text: string): string {
  let result = "";
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = charCodeAt(text, i);
    if (code < 0x80 || code > 0x9f) continue;
    result += slice(text, copied, i) + UPPER_HALF[code - 0x80];
    copied = i + 1;
  }
  return copied === 0 ? text : result + slice(text, copied);
}
