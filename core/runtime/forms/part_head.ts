import { charCodeAt, indexOf, slice, toLowerCase } from "../language/primordials.ts";
import { endOfToken, findParameter, type Parameters, parseParameters, skipSpace } from "./parameters.ts";

/** What the head of a part says (RFC 7578 section 4). */
export interface PartHead {
  readonly name: string;
  /** Undefined for a part that is no file. */
  readonly fileName: string | undefined;
  /** Content-Type; undefined without one. */
  readonly type: string | undefined;
}

/**
 * Parses the lines of a part's head, each ended by CRLF. Throws a TypeError for what is malformed, for a
 * field that comes twice, and for an encoding that would have to be undone (RFC 7578 section 4.7 deprecates them).
 */
export function parsePartHead(text: string): PartHead {
  let disposition: string | undefined;
  let type: string | undefined;
  let encoding: string | undefined;
  for (let start = 0; start < text.length; ) {
    const end = indexOf(text, "\r\n", start);
    const nameEnd = endOfToken(text, start);
    if (nameEnd === start || charCodeAt(text, nameEnd) !== 0x3a) throw malformed("a line is no header field");
    const name = toLowerCase(slice(text, start, nameEnd));
    const value = fieldValue(text, nameEnd + 1, end);
    if (name === "content-disposition") disposition = once(disposition, value, name);
    else if (name === "content-type") type = once(type, value, name);
    else if (name === "content-transfer-encoding") encoding = once(encoding, value, name);
    start = end + 2;
  }
  if (encoding !== undefined) assertPlain(encoding);
  if (disposition === undefined) throw malformed("there is no Content-Disposition");
  return { ...parseDisposition(disposition), type };
}

function malformed(what: string): TypeError {
  return new TypeError(`formData(): the head of a part is malformed: ${what}`);
}

function once(before: string | undefined, value: string, name: string): string {
  if (before !== undefined) throw malformed(`${name} comes twice`);
  return value;
}

/**
 * Without the white space around it. Control characters are let through but CR and LF: forms write all others as they are
 * into names, and none goes from here into a head.
 */
function fieldValue(text: string, from: number, to: number): string {
  const start = skipSpace(text, from);
  let end = to;
  while (end > start && (charCodeAt(text, end - 1) === 0x20 || charCodeAt(text, end - 1) === 0x09)) end--;
  for (let i = start; i < end; i++) {
    const code = charCodeAt(text, i);
    if (code === 0x0d || code === 0x0a) throw malformed("a line ends with something else than CRLF");
  }
  return slice(text, start, end);
}

function assertPlain(encoding: string): void {
  const name = toLowerCase(encoding);
  if (name === "binary" || name === "8bit" || name === "7bit") return;
  throw malformed(`Content-Transfer-Encoding "${encoding}" is not supported`);
}

/** `form-data; name="..."; filename="..."`; `filename*` is left aside, as RFC 7578 section 4.2 wants it. */
function parseDisposition(value: string): Pick<PartHead, "name" | "fileName"> {
  const end = endOfToken(value, 0);
  // Browsers write a backslash as it is: it belongs to the paths of some systems.
  const parameters = parseParameters(value, end, "literal");
  if (parameters === undefined || toLowerCase(slice(value, 0, end)) !== "form-data") {
    throw malformed("the Content-Disposition is not form-data with well-formed parameters");
  }
  const name = parameterOf(parameters, "name");
  if (name === undefined) throw malformed("the Content-Disposition has no name");
  return { name, fileName: parameterOf(parameters, "filename") };
}

function parameterOf(parameters: Parameters, name: string): string | undefined {
  const at = findParameter(parameters.pairs, name);
  if (at === -1) return undefined;
  const value = parameters.pairs[at + 1]!;
  return parameters.quoted[at / 2] ? unescapeName(value) : value;
}

/** Undoes what HTML's encoding of forms does to names: `%0A`, `%0D` and `%22`, nothing else. */
function unescapeName(text: string): string {
  let result = "";
  let copied = 0;
  for (let at = indexOf(text, "%"); at !== -1; at = indexOf(text, "%", at + 1)) {
    const escaped = slice(text, at, at + 3);
    const character = escaped === "%0A" ? "\n" : escaped === "%0D" ? "\r" : escaped === "%22" ? '"' : "";
    if (character === "") continue;
    result += slice(text, copied, at) + character;
    copied = at + 3;
  }
  return result + slice(text, copied);
}
