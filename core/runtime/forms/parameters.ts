import { charCodeAt, indexOf, push, slice, toLowerCase } from "../language/primordials.ts";

/** `*( OWS ";" OWS [ name "=" ( token / quoted-string ) ] )` (RFC 9110 section 5.6.6). */

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a backslash in a quoted value does: escapes the next character, or stands for itself. */
export type Backslash = "escapes" | "literal";

/** Name in lower case, value, name, ...; `quoted` tells of each whether it was, at half its index. */
export interface Parameters {
  readonly pairs: readonly string[];
  readonly quoted: readonly boolean[];
}

/** End of the token at `from`; `from` itself when there is none. */
export function endOfToken(text: string, from: number): number {
  let at = from;
  while (at < text.length && indexOf(TOKEN_CHARACTERS, text[at]!) !== -1) at++;
  return at;
}

/** Index of the first character at or after `from` that is neither space nor tab. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (charCodeAt(text, at) === 0x20 || charCodeAt(text, at) === 0x09) at++;
  return at;
}

/**
 * The parameters from `from` to the end of the text. Undefined when the text departs from the grammar, and when a
 * name comes twice, of which one reader takes the first and another the last.
 */
export function parseParameters(text: string, from: number, backslash: Backslash): Parameters | undefined {
  const pairs: string[] = [];
  const quoted: boolean[] = [];
  let at = skipSpace(text, from);
  while (at < text.length) {
    if (text[at] !== ";") return undefined;
    at = skipSpace(text, at + 1);
    if (at === text.length || text[at] === ";") continue;
    const nameEnd = endOfToken(text, at);
    if (nameEnd === at || text[nameEnd] !== "=") return undefined;
    const name = toLowerCase(slice(text, at, nameEnd));
    if (findParameter(pairs, name) !== -1) return undefined;
    at = nameEnd + 1;
    const isQuoted = charCodeAt(text, at) === QUOTE;
    const end = isQuoted ? endOfQuoted(text, at, backslash) : endOfToken(text, at);
    if (end === -1 || end === at) return undefined;
    push(pairs, name);
    push(pairs, isQuoted ? unquote(slice(text, at + 1, end - 1), backslash) : slice(text, at, end));
    push(quoted, isQuoted);
    at = skipSpace(text, end);
  }
  return { pairs, quoted };
}

/** Index of a name, or -1. */
export function findParameter(pairs: readonly string[], name: string): number {
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return i;
  return -1;
}

/** Index after the closing quote, or -1 without one. */
function endOfQuoted(text: string, from: number, backslash: Backslash): number {
  for (let at = from + 1; at < text.length; at++) {
    const code = charCodeAt(text, at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH && backslash === "escapes") at++;
  }
  return -1;
}

function unquote(text: string, backslash: Backslash): string {
  if (backslash === "literal" || indexOf(text, "\\") === -1) return text;
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (charCodeAt(text, i) === BACKSLASH) i++;
    result += text[i];
  }
  return result;
}
