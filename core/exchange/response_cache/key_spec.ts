import type { RequestHead } from "../../http/request_head.ts";

/** What of a request an answer depends on, besides method, scheme, authority and path. Names in lower case but for cookies and query. */
export interface KeyParts {
  /** All of it as received, nothing of it, or the parameters with these names. */
  readonly query: boolean | readonly string[];
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
}

/** Names of one kind that the answers of one path may depend on together. */
const MOST_NAMES = 64;

/** `KeyParts` that can be compared, joined, and applied to requests. */
export class KeySpec {
  readonly parts: KeyParts;
  /** The same for the same parts, without a line end. */
  readonly text: string;
  readonly #readsFields: boolean;

  constructor({ query, headers, cookies }: KeyParts) {
    this.parts = {
      query: typeof query === "boolean" ? query : sorted(query),
      headers: sorted(headers),
      cookies: sorted(cookies),
    };
    this.#readsFields = headers.length > 0 || cookies.length > 0;
    this.text = this.parts.query === true && !this.#readsFields ? "" : JSON.stringify(this.parts);
  }

  /** Whether the answer may differ with this field, given in lower case. */
  names(header: string): boolean {
    return this.parts.headers.includes(header);
  }

  /**
   * What both depend on: where one answer of a path depends on a cookie, the decision for another one did, too.
   * Undefined when those are too many names.
   */
  union(other: KeySpec): KeySpec | undefined {
    if (other.text === this.text) return this;
    const union = new KeySpec({
      query: unionOfQueries(this.parts.query, other.parts.query),
      headers: [...this.parts.headers, ...other.parts.headers],
      cookies: [...this.parts.cookies, ...other.parts.cookies],
    });
    const { query, headers, cookies } = union.parts;
    const names = Math.max(typeof query === "boolean" ? 0 : query.length, headers.length, cookies.length);
    return names > MOST_NAMES ? undefined : union;
  }

  /**
   * The request's part of a key. Parts are parted by line ends, which no part of a parsed head holds, and their number is
   * told by `text`; so no part can pass for another. A field that is missing differs from an empty one.
   */
  partOf(head: RequestHead): string {
    const { query, headers, cookies } = this.parts;
    let part = this.text;
    if (query === true) part += head.query === undefined ? "\n" : `\n?${head.query}`;
    else if (query !== false) part += `\n${selectParameters(head.query, query)}`;
    if (!this.#readsFields) return part;
    for (const name of headers) part += partOfField(head.headers.get(name));
    if (cookies.length > 0) {
      const field = head.headers.get("cookie");
      for (const name of cookies) part += `\n${selectCookies(field, name)}`;
    }
    return part;
  }
}

function partOfField(value: string | undefined): string {
  return value === undefined ? "\n" : `\n=${value}`;
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function unionOfQueries(a: KeyParts["query"], b: KeyParts["query"]): KeyParts["query"] {
  if (a === true || b === true) return true;
  if (a === false) return b;
  return b === false ? a : [...a, ...b];
}

/**
 * The parameters with one of the names, as received and in their order. The name counts as a form decodes it: `p%61ge` is
 * `page` to a script, so it has to be here.
 */
function selectParameters(query: string | undefined, names: readonly string[]): string {
  if (query === undefined) return "";
  let selected = "";
  for (const pair of query.split("&")) {
    if (names.includes(parameterName(pair))) selected += `&${pair}`;
  }
  return selected;
}

function parameterName(pair: string): string {
  const end = pair.indexOf("=");
  const name = end === -1 ? pair : pair.slice(0, end);
  if (!/[%+]/.test(name)) return name;
  for (const decoded of new URLSearchParams(`${name}=`).keys()) return decoded;
  return name;
}

/** Each value that the field gives the cookie, as received: a script may read the first one or the last. */
function selectCookies(field: string | undefined, name: string): string {
  if (field === undefined) return "";
  let selected = "";
  for (const pair of field.split(";")) {
    const end = pair.indexOf("=");
    const own = (end === -1 ? pair : pair.slice(0, end)).trim();
    if (own === name) selected += `;${end === -1 ? "" : pair.slice(end)}`;
  }
  return selected;
}
