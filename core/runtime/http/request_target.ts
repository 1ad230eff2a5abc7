import { boundedText } from "../language/bounded_text.ts";

const PATH = /^\/[\x21-\x22\x24-\x3e\x40-\x7e]*$/;
const QUERY = /^[\x21-\x22\x24-\x7e]*$/;

/** What a script assigns to `request.path`. Throws a TypeError. */
export function toPath(value: unknown): string {
  const path = boundedText(String(value), "request.path");
  if (PATH.test(path)) return path;
  throw new TypeError(`request.path: must begin with "/" and hold no white space, "?" or "#"; got "${path}"`);
}

/** What a script assigns to `request.query`, with a `?` unless it is empty. Throws a TypeError. */
export function toSearch(value: unknown): string {
  const query = boundedText(String(value), "request.query");
  if (!QUERY.test(query)) throw new TypeError(`request.query: must be percent-encoded; got "${query}"`);
  return query === "" ? "" : `?${query}`;
}
