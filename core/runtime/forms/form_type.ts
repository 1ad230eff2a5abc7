import { charCodeAt, indexOf, slice, toLowerCase } from "../language/primordials.ts";
import { endOfToken, findParameter, parseParameters } from "./parameters.ts";

/** RFC 2046 section 5.1.1. */
const BOUNDARY_LENGTH = 70;
const BOUNDARY_CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";

/** How a form is written: in parts parted by this boundary, or as the text of a query when there is none. */
export interface FormType {
  readonly boundary: string | undefined;
}

/** What a Content-Type says about a form's body. Throws a TypeError when it is not the type of a form. */
export function formTypeOf(contentType: string): FormType {
  const slash = endOfToken(contentType, 0);
  const end = endOfToken(contentType, slash + 1);
  const essence = toLowerCase(slice(contentType, 0, end));
  if (essence === "application/x-www-form-urlencoded") return { boundary: undefined };
  if (essence !== "multipart/form-data") {
    throw new TypeError(
      `formData(): the Content-Type must be multipart/form-data or application/x-www-form-urlencoded, not "${contentType}"`,
    );
  }
  const parameters = parseParameters(contentType, end, "escapes");
  if (parameters === undefined) {
    throw new TypeError(`formData(): the parameters of the Content-Type "${contentType}" are malformed`);
  }
  const at = findParameter(parameters.pairs, "boundary");
  const boundary = at === -1 ? "" : parameters.pairs[at + 1]!;
  if (isBoundary(boundary)) return { boundary };
  throw new TypeError(
    `formData(): the Content-Type "${contentType}" names no boundary of 1 to ${BOUNDARY_LENGTH} characters (RFC 2046 section 5.1.1)`,
  );
}

function isBoundary(text: string): boolean {
  if (text === "" || text.length > BOUNDARY_LENGTH) return false;
  for (let i = 0; i < text.length; i++) if (indexOf(BOUNDARY_CHARACTERS, text[i]!) === -1) return false;
  return charCodeAt(text, text.length - 1) !== 0x20;
}
