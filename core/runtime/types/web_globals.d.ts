/**
 * The web-standard classes and functions that scripts have; part of `lodestone.d.ts`. Whatever is not here, the
 * isolate doesn't have: there is no DOM, and none of Node.
 *
 * Classes are interfaces with variables that hold their constructors: `globalThis` has no types for declared classes.
 */

/** What headers can be made from. */
type HeadersInit = Headers | Iterable<readonly [name: string, value: string]> | Record<string, string>;

/**
 * Header fields (Fetch standard). Names are compared without case; iteration gives them in lower case, sorted.
 *
 * Methods throw a TypeError for a name that is no token and for a value with control characters or
 * characters above U+00FF.
 *
 *     for (const [name, value] of request.headers) console.log(name, value);
 */
interface Headers {
  /** Adds a field, beside those of the same name. */
  append(name: string, value: string): void;
  /** Removes all fields of that name. */
  delete(name: string): void;
  /** The value; of several fields all values, joined by ", "; null when there is none. */
  get(name: string): string | null;
  /** The values of all Set-Cookie fields, each by itself: they can't be joined. */
  getSetCookie(): string[];
  has(name: string): boolean;
  /** Replaces all fields of that name by one. */
  set(name: string, value: string): void;
  forEach(callback: (value: string, name: string, headers: Headers) => void, thisArgument?: unknown): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<string, undefined>;
  entries(): IteratorObject<[name: string, value: string], undefined>;
  [Symbol.iterator](): IteratorObject<[name: string, value: string], undefined>;
}
declare var Headers: {
  readonly prototype: Headers;
  new (init?: HeadersInit): Headers;
};

/**
 * A URL (WHATWG URL standard).
 *
 *     const url = new URL(request.url);
 *     url.searchParams.set("lang", "de");
 *     return Response.redirect(url);
 */
interface URL {
  /** The whole URL. @throws TypeError when what is assigned is not a URL. */
  href: string;
  readonly origin: string;
  /** With its colon: `https:`. */
  protocol: string;
  username: string;
  password: string;
  /** Host name and port. */
  host: string;
  hostname: string;
  /** "" for the scheme's own port. */
  port: string;
  pathname: string;
  /** With its "?"; "" when there is none. */
  search: string;
  /** The query taken apart; changing it changes the URL. */
  readonly searchParams: URLSearchParams;
  /** With its "#"; "" when there is none. */
  hash: string;
  toString(): string;
  toJSON(): string;
}
declare var URL: {
  readonly prototype: URL;
  /** @throws TypeError when `url`, taken relative to `base`, is not a URL. */
  new (url: string | URL, base?: string | URL): URL;
  /** Whether `new URL(url, base)` would succeed. */
  canParse(url: string | URL, base?: string | URL): boolean;
  /** The URL, or null when it is not one. */
  parse(url: string | URL, base?: string | URL): URL | null;
};

/**
 * Names and values of a query or of a form's body (`application/x-www-form-urlencoded`).
 *
 *     const query = new URLSearchParams(request.query);
 *     const page = Number(query.get("page") ?? 1);
 */
interface URLSearchParams {
  /** Number of pairs. */
  readonly size: number;
  append(name: string, value: string): void;
  /** Removes all pairs of that name, or only those that have that value too. */
  delete(name: string, value?: string): void;
  /** The first value of that name; null when there is none. */
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string, value?: string): boolean;
  /** Replaces all pairs of that name by one. */
  set(name: string, value: string): void;
  /** Sorts by name; pairs of the same name keep their order. */
  sort(): void;
  forEach(
    callback: (value: string, name: string, params: URLSearchParams) => void,
    thisArgument?: unknown,
  ): void;
  keys(): IteratorObject<string, undefined>;
  values(): IteratorObject<string, undefined>;
  entries(): IteratorObject<[name: string, value: string], undefined>;
  [Symbol.iterator](): IteratorObject<[name: string, value: string], undefined>;
  /** The pairs as a query, without "?". */
  toString(): string;
}
declare var URLSearchParams: {
  readonly prototype: URLSearchParams;
  /** From a query, with or without "?", from pairs, or from a record. */
  new (
    init?: string | Iterable<readonly [name: string, value: string]> | Record<string, string>,
  ): URLSearchParams;
};

/** Text to UTF-8. */
interface TextEncoder {
  /** Always "utf-8". */
  readonly encoding: string;
  encode(input?: string): Uint8Array<ArrayBuffer>;
  /** Writes as many whole characters as fit; tells how many code units it read and bytes it wrote. */
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}
declare var TextEncoder: {
  readonly prototype: TextEncoder;
  new (): TextEncoder;
};

/** Bytes to text. */
interface TextDecoder {
  readonly encoding: string;
  /** Whether malformed bytes are a TypeError instead of U+FFFD. */
  readonly fatal: boolean;
  /** Whether a byte order mark is kept. */
  readonly ignoreBOM: boolean;
  /** @param options `stream: true` when the bytes go on in the next call. */
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
declare var TextDecoder: {
  readonly prototype: TextDecoder;
  /**
   * @param label `utf-8` (unless given), `utf-16le`, or `latin1` (Windows-1252, as the standard has it).
   * @throws RangeError for another encoding.
   */
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
};

/** Base64 to text with one byte a character. @throws InvalidCharacterError when it is not base64. */
declare function atob(data: string): string;
/** Text with one byte a character to base64. @throws InvalidCharacterError for a character above U+00FF. */
declare function btoa(data: string): string;

/** Writes to the proxy's log; values are shown on one line, bounded in depth and length. */
interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  /** With the stack of the call. */
  trace(...values: unknown[]): void;
  /** Logs an error when the condition doesn't hold; goes on all the same. */
  assert(condition?: unknown, ...values: unknown[]): void;
  dir(value: unknown): void;
  table(value: unknown): void;
  count(label?: string): void;
  group(...values: unknown[]): void;
  groupEnd(): void;
}
declare var console: Console;

/**
 * Calls back once, after at least so many milliseconds (0 unless given). The timers of a site live as long as
 * its isolate, so a script may keep one running across requests. Returns a number for `clearTimeout`.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: what resolves a promise of anything is called back with nothing.
declare function setTimeout(callback: (_: void) => void, delay?: number): number;
declare function setTimeout<A extends unknown[]>(
  callback: (...values: A) => void,
  delay?: number,
  ...values: A
): number;
/** Stops a timer; harmless when it is not running. */
declare function clearTimeout(timer: number | undefined): void;
/** Calls back again and again, every so many milliseconds, at least 1. */
// biome-ignore lint/suspicious/noConfusingVoidType: what resolves a promise of anything is called back with nothing.
declare function setInterval(callback: (_: void) => void, delay?: number): number;
declare function setInterval<A extends unknown[]>(
  callback: (...values: A) => void,
  delay?: number,
  ...values: A
): number;
declare function clearInterval(timer: number | undefined): void;
/** Calls back when the code that runs now, and what was queued before, has finished. */
declare function queueMicrotask(callback: () => void): void;
/** The global object. */
declare var self: typeof globalThis;
