/**
 * The script API of Lodestone: everything a script can use besides the ECMAScript language itself.
 *
 * A script is a module whose default export, the handler, is asked about every request of its site:
 *
 *     import type { Handler } from "lodestone";
 *
 *     const handler: Handler = (request) => {
 *       if (request.path === "/health") return new Response("ok");
 *       if (request.path.startsWith("/old/")) return Response.redirect("/new/" + request.path.slice(5), 301);
 *       if (request.path.startsWith("/api/")) request.backend = "app";
 *     };
 *     export default handler;
 *
 * For editors and `tsc`, name this file in `types` or `include` of a tsconfig.json whose `lib` has no DOM.
 */

declare module "lodestone" {
  /** What a handler may return; see `Handler`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement is a handler too.
  export type HandlerResult = Response | Request | number | null | undefined | void;

  /**
   * The default export of a script. It returns, or promises,
   *
   * - a `Response`: the answer;
   * - a number from 200 to 599: the answer is that status with its standard page;
   * - a `Request`: the site's scripts start over with it, at most 10 times;
   * - nothing: the next script of the site is asked. After the last one the proxy goes on by itself
   *   ("escalates"): to the backend named in `request.backend`, else to the static file named by
   *   `request.file`, else to the site's backend, else the answer is 404.
   *
   * What the handler changed on the request by then (`path`, `query`, `headers`, `file`, `backend`, `env`) is
   * what escalation uses. A handler that throws makes the answer 500; the log has the line of the source.
   *
   *     export default async (request: Request) => {
   *       if (request.method !== "POST") return 405;
   *       const form = new URLSearchParams(await request.text());
   *       if (!form.has("name")) return Response.json({ error: "name is missing" }, { status: 422 });
   *     };
   */
  export type Handler = (request: Request) => HandlerResult | Promise<HandlerResult>;

  /** The other form of the default export, as fetch-style module workers have it. `env` is `env` below. */
  export interface ModuleWorker {
    fetch(request: Request, env: Readonly<Record<string, string>>): HandlerResult | Promise<HandlerResult>;
  }

  /**
   * The export `onResponse` of a script: sees the head of every response of the site before it is sent,
   * whoever made it. It may change `response.status` and `response.headers`, or return another Response to
   * be sent instead.
   *
   *     export const onResponse: ResponseHook = (response, request) => {
   *       response.headers.delete("x-powered-by");
   *       if (request.path.startsWith("/assets/")) response.headers.set("cache-control", "max-age=3600");
   *     };
   */
  export type ResponseHook = (
    response: Response,
    request: Request,
    // biome-ignore lint/suspicious/noConfusingVoidType: a hook usually returns nothing.
  ) => Response | undefined | void | Promise<Response | undefined | void>;

  /** What `stat` tells. Of a symbolic link it tells of the target, except `isSymlink`. */
  export interface FileStat {
    /** The path as asked for, absolute, without dot segments. */
    readonly path: string;
    readonly isFile: boolean;
    readonly isDirectory: boolean;
    /** Whether the path itself is a symbolic link. */
    readonly isSymlink: boolean;
    /** Bytes. */
    readonly size: number;
    /** Time of the last change of the content, in milliseconds since 1970: `new Date(stat.mtime)`. */
    readonly mtime: number;
    /** Time of the last change of content or metadata, in milliseconds since 1970. */
    readonly ctime: number;
    /** Type and permissions as in POSIX; `stat.mode & 0o777` are the permissions. */
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly inode: number;
    /** The entity tag the proxy sends for the file, with its quotes: `"5f-18c2a"`. */
    readonly etag: string;
    /** From the ending of the name; `application/octet-stream` when that is unknown. */
    readonly contentType: string;
  }

  /**
   * What there is at an absolute path; undefined when there is nothing, or when it lies neither below the
   * site's root nor in a folder of `allow.files`. Synchronous and cached for about a second, also when there
   * is nothing: cheap enough to ask for every request.
   *
   *     const page = stat(`${site.root}/cache${request.path}.html`);
   *     if (page?.isFile) return Response.file(page.path);
   */
  export function stat(path: string): FileStat | undefined;

  /** The site a script belongs to, from the configuration. */
  export interface Site {
    /** Unique name of the site: its first host name. */
    readonly name: string;
    /** Absolute path of the folder static files come from; "" when the site has none. */
    readonly root: string;
    /** Host names, in lower case; `*` is the default site, `*.example.org` every name below it. */
    readonly hosts: readonly string[];
  }

  /** The site this script belongs to. */
  export const site: Site;

  /**
   * The site's `env` from the configuration: the only place for secrets and settings. Read-only.
   *
   *     const secret = env.SECRET ?? "";
   */
  export const env: Readonly<Record<string, string>>;

  /** Writes to the proxy's log. Values that are no strings are shown as JSON, errors with their stack. */
  export interface Log {
    debug(...values: unknown[]): void;
    info(...values: unknown[]): void;
    warn(...values: unknown[]): void;
    error(...values: unknown[]): void;
  }

  /**
   * The proxy's log, with the site's name in every line. `console` writes there, too.
   *
   *     log.warn("no such token:", token);
   */
  export const log: Log;
}

/** A text file imported by a script is its content; the proxy reloads the script when it changes. */
declare module "*.txt" {
  const text: string;
  export default text;
}
declare module "*.html" {
  const text: string;
  export default text;
}
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.svg" {
  const text: string;
  export default text;
}
declare module "*.md" {
  const text: string;
  export default text;
}

/** The other end of the connection a request came by. */
interface Client {
  /** IP address, or "unix" for a client on a Unix socket. */
  readonly address: string;
  /** TCP port; 0 on a Unix socket. */
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
}

/**
 * A body that stays on the host: the one of the incoming request, or of a response that `fetch` brought.
 * Opaque; pass it to `new Response(body)` or `new Request(url, { body })`, and its bytes never enter the
 * script's isolate. It can be used once.
 */
interface HeldBody {
  /** Whether it has been read or passed on. */
  readonly used: boolean;
}

/** What can be given as a body. */
type BodyInit = string | ArrayBuffer | ArrayBufferView | HeldBody | null;

/** What Request and Response have in common: reading the body, once, into memory. */
interface Body {
  /** The body to pass on, null when there is none. */
  readonly body: string | Uint8Array<ArrayBuffer> | HeldBody | null;
  /** Whether the body has been read already; it can be read once. */
  readonly bodyUsed: boolean;
  /**
   * The body as text (UTF-8). Rejects when it has been read already, and when it is larger than the
   * site's `limits.body`, with an error that becomes 413 if it is not caught.
   */
  text(): Promise<string>;
  /** The body parsed as JSON; rejects with a SyntaxError when it is not. See `text`. */
  json(): Promise<unknown>;
  /** The body as bytes. See `text`. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The body as a buffer. See `text`. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Options of `new Request()` and `fetch()`. */
interface RequestInit {
  /** Standard methods may be written in lower case. */
  method?: string;
  /** Replaces all headers. */
  headers?: HeadersInit;
  body?: BodyInit;
}

/**
 * A request: the Request of the Fetch standard, with what a proxy knows and decides besides.
 *
 * The handler gets the incoming request. What it assigns to `path`, `query`, `file`, `backend` and `env`, and
 * what it changes in `headers`, is what escalation and `fetch(request)` use.
 */
declare class Request implements Body {
  /**
   * A new request. With a request as second argument (or as first one) it is made from that one: relative
   * URLs are resolved against its URL, and method, headers, body, `file`, `backend` and `env` are taken over.
   * The host stays the same, because the site was chosen by it.
   *
   *     return new Request("/index.php?page=" + encodeURIComponent(request.path), request);   // start over
   *
   * @throws TypeError for an invalid URL, method or header, or for another host.
   */
  constructor(input: string | URL | Request, init?: RequestInit | Request);

  /** `GET`, `POST`, ... as the client sent it. */
  readonly method: string;

  /** The whole URL: scheme, host, `path` and `query` as they are now. Assign to `path` or `query` instead. */
  readonly url: string;

  /** The URL as the client asked for it, whatever scripts have changed since. */
  readonly originalUrl: string;

  /**
   * The path in canonical form: begins with "/", without dot segments, unreserved characters decoded, all others
   * percent-encoded. So it can be compared safely: `/%61/../b` arrives as `/b`.
   *
   * Assign to it to escalate with another path; percent-encode what you put in.
   *
   *     request.path = "/v2" + request.path;
   *
   * @throws TypeError for a path that doesn't begin with "/" or holds white space, "?" or "#".
   */
  path: string;

  /**
   * The query as text, without its "?", as the client sent it; "" when there is none. Assign to it to escalate
   * with another one.
   *
   *     const query = new URLSearchParams(request.query);
   *     query.delete("utm_source");
   *     request.query = query.toString();
   *
   * @throws TypeError for a query with white space, "#" or characters outside ASCII.
   */
  query: string;

  /**
   * Absolute path of the static file the request would get: the site's root and the decoded path, "" when the
   * path can name none or the site has no root. Whether the file exists is for `stat` to tell. Assign
   * to it to send another file; it must lie below the root or in a folder of `allow.files`.
   *
   *     if (stat(request.file)?.isDirectory) request.file += "/index.html";
   */
  file: string;

  /**
   * Name of the backend (from `backends` of the configuration) the request is to go to; "" to leave it to the
   * proxy: the static file if there is one, else the site's backend.
   *
   *     if (request.path.startsWith("/api/")) request.backend = "api";
   */
  backend: string;

  /**
   * Variables passed on to the backend by protocols that have them (FastCGI, SCGI, CGI, AJP); empty at first.
   * Not the site's settings: those are `env` from "lodestone".
   *
   *     request.env.REMOTE_USER = user;
   */
  env: Record<string, string>;

  /** The headers. What is changed here goes to the backend; the client's own are kept otherwise. */
  readonly headers: Headers;

  /** Who sent the request. */
  readonly client: Client;

  /** Unique name of this request in the logs of all workers. */
  readonly id: string;

  readonly body: string | Uint8Array<ArrayBuffer> | HeldBody | null;
  readonly bodyUsed: boolean;
  text(): Promise<string>;
  json(): Promise<unknown>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;

  /** A copy with headers of its own. @throws TypeError when the body has been read. */
  clone(): Request;
}

/** Options of a response. */
interface ResponseInit {
  /** 200 to 599; 200 unless given. */
  status?: number;
  /** Kept for the script; HTTP/1 clients get the standard phrase. */
  statusText?: string;
  headers?: HeadersInit;
}

/** Options of `Response.file`. */
interface FileResponseInit extends ResponseInit {
  /** First byte to send; 0 unless given. */
  offset?: number;
  /** Bytes to send, at most to the end of the file; all the rest unless given. */
  length?: number;
  /** Instead of the type the name's ending tells. */
  contentType?: string;
  /** Name to save the file under: makes browsers download it. "" for the file's own name. */
  download?: string;
}

/** A piece of `Response.parts`: text (sent as UTF-8), bytes, or a slice of a file. */
type ResponsePart =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | { file: string; offset?: number; length?: number };

/**
 * A response: the Response of the Fetch standard, and with `file` and `parts` answers that the host sends
 * without their bytes ever entering the isolate.
 *
 *     return new Response("<p>hello</p>", { headers: { "content-type": "text/html; charset=utf-8" } });
 *     return new Response(null, { status: 204 });
 *
 * Content-Length, Date and everything else about framing are the proxy's. Range and conditional requests
 * (`If-None-Match`, `If-Modified-Since`) apply by themselves to every finished answer with status 200.
 */
declare class Response implements Body {
  /** Text is sent as UTF-8, with `content-type: text/plain;charset=UTF-8` unless the headers have another. */
  constructor(body?: BodyInit, init?: ResponseInit);

  /** 200 to 599. Beyond the standard it can be assigned to, for `onResponse`. */
  status: number;
  readonly statusText: string;
  /** Whether the status is from 200 to 299. */
  readonly ok: boolean;
  readonly headers: Headers;
  readonly type: string;
  readonly url: string;
  readonly redirected: boolean;

  readonly body: string | Uint8Array<ArrayBuffer> | HeldBody | null;
  readonly bodyUsed: boolean;
  text(): Promise<string>;
  json(): Promise<unknown>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  arrayBuffer(): Promise<ArrayBuffer>;

  /** A copy. @throws TypeError when the body has been read, or stays on the host. */
  clone(): Response;

  /**
   * A file, sent by the host: with entity tag, modification time, content type, ranges and conditional
   * requests. The path is absolute and must lie below the site's root or in a folder of `allow.files`;
   * otherwise, or when it is missing, the answer is 404.
   *
   *     return Response.file("/srv/media/film.mp4", { download: "holiday.mp4" });
   *     return Response.file(site.root + "/page.html", { headers: { "cache-control": "no-cache" } });
   */
  static file(path: string, options?: FileResponseInit): Response;

  /**
   * Texts, bytes and slices of files, one after another, as one body; at most 1024 of them. Ranges apply to
   * the whole.
   *
   *     return Response.parts([header, { file: video, offset: start }], { headers: { "content-type": "video/x-flv" } });
   */
  static parts(parts: readonly ResponsePart[], init?: ResponseInit): Response;

  /**
   * The value as JSON, with `content-type: application/json` unless the headers have another.
   *
   *     return Response.json({ error: "not found" }, { status: 404 });
   */
  static json(data: unknown, init?: ResponseInit): Response;

  /**
   * A redirect to an absolute or relative URL; what a header may not hold is percent-encoded.
   *
   *     return Response.redirect("https://www.example.org" + request.path, 308);
   *
   * @param status 301, 302, 303, 307 or 308; 302 unless given.
   * @throws RangeError for another status.
   */
  static redirect(url: string | URL, status?: 301 | 302 | 303 | 307 | 308): Response;

  /** The standard's network error. Returned from a handler it makes the answer 500. */
  static error(): Response;
}

/**
 * Escalates now, instead of when the handler has returned, and brings the response back; its body stays on
 * the host unless the script reads it. The request is the incoming one or one made from it.
 *
 *     export default async (request: Request) => {
 *       const response = await fetch(request);
 *       if (response.status === 404) return Response.file(site.root + "/404.html", { status: 404 });
 *       return new Response(response.body, { status: response.status, headers: response.headers });
 *     };
 */
declare function fetch(input: Request | string | URL, init?: RequestInit | Request): Promise<Response>;

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
declare class Headers {
  constructor(init?: HeadersInit);
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

/**
 * A URL (WHATWG URL standard).
 *
 *     const url = new URL(request.url);
 *     url.searchParams.set("lang", "de");
 *     return Response.redirect(url);
 */
declare class URL {
  /** @throws TypeError when `url`, taken relative to `base`, is not a URL. */
  constructor(url: string | URL, base?: string | URL);
  /** Whether `new URL(url, base)` would succeed. */
  static canParse(url: string | URL, base?: string | URL): boolean;
  /** The URL, or null when it is not one. */
  static parse(url: string | URL, base?: string | URL): URL | null;
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

/**
 * Names and values of a query or of a form's body (`application/x-www-form-urlencoded`).
 *
 *     const query = new URLSearchParams(request.query);
 *     const page = Number(query.get("page") ?? 1);
 */
declare class URLSearchParams {
  /** From a query, with or without "?", from pairs, or from a record. */
  constructor(init?: string | Iterable<readonly [name: string, value: string]> | Record<string, string>);
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

/** Text to UTF-8. */
declare class TextEncoder {
  /** Always "utf-8". */
  readonly encoding: string;
  encode(input?: string): Uint8Array<ArrayBuffer>;
  /** Writes as many whole characters as fit; tells how many code units it read and bytes it wrote. */
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

/** Bytes to text. */
declare class TextDecoder {
  /**
   * @param label `utf-8` (unless given), `utf-16le`, or `latin1` (Windows-1252, as the standard has it).
   * @throws RangeError for another encoding.
   */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  /** Whether malformed bytes are a TypeError instead of U+FFFD. */
  readonly fatal: boolean;
  /** Whether a byte order mark is kept. */
  readonly ignoreBOM: boolean;
  /** @param options `stream: true` when the bytes go on in the next call. */
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

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
declare const console: Console;

/**
 * Calls back once, after at least so many milliseconds (0 unless given). The timers of a site live as long as
 * its isolate, so a script may keep one running across requests. Returns a number for `clearTimeout`.
 */
declare function setTimeout<A extends unknown[]>(
  callback: (...values: A) => void,
  delay?: number,
  ...values: A
): number;
/** Stops a timer; harmless when it is not running. */
declare function clearTimeout(timer: number | undefined): void;
/** Calls back again and again, every so many milliseconds, at least 1. */
declare function setInterval<A extends unknown[]>(
  callback: (...values: A) => void,
  delay?: number,
  ...values: A
): number;
declare function clearInterval(timer: number | undefined): void;
/** Calls back when the code that runs now, and what was queued before, has finished. */
declare function queueMicrotask(callback: () => void): void;
/** The global object. */
declare const self: typeof globalThis;
