import type { Content } from "./body.ts";
import { boundedText } from "./bounded_text.ts";

/** Fields of a request that escalation shall use instead of the original ones: the JSON of commands `c` and `f`. */
export interface RequestChanges {
  path?: string;
  query?: string;
  method?: string;
  /** Field lines, all of them. */
  headers?: string;
  file?: string;
  backend?: string;
  env?: Record<string, string>;
  /** Text, or the handle of bytes given to the host; null for none. */
  body?: string | number | null;
}

/** The body of a request made by a script, as a change. */
export function bodyChange(
  content: Content,
  putBytes: (bytes: Uint8Array<ArrayBuffer>) => number,
): string | number | null {
  if (content === undefined) return null;
  if (typeof content === "string") return content;
  if (content instanceof Uint8Array) return putBytes(content);
  throw new TypeError("a request's body must be text, bytes or the body of the incoming request");
}

/** The values as strings, whatever the script has put there. */
export function stringRecord(record: Record<string, unknown>): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const name of Object.keys(record)) strings[name] = boundedText(String(record[name]), "request.env");
  return strings;
}
