/// <reference path="./types/crypto_globals.d.ts" />
/// <reference path="./types/cookie_globals.d.ts" />
/// <reference path="./types/event_globals.d.ts" />
/// <reference path="./types/form_globals.d.ts" />
/// <reference path="./types/http_globals.d.ts" />
/// <reference path="./types/stream_globals.d.ts" />
/// <reference path="./types/url_pattern_globals.d.ts" />
/// <reference path="./types/lodestone_crypto.d.ts" />
/// <reference path="./types/web_globals.d.ts" />
/// <reference path="../../plugins/types.d.ts" />

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
 * Request, Response and fetch are in `types/http_globals.d.ts`, Blob, File and FormData in `types/form_globals.d.ts`,
 * the other classes of the web in `types/web_globals.d.ts`.
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
   * - a `Request` made from the incoming one: the site's scripts start over with it, at most 10 times;
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
    fetch(
      request: Request,
      env: Readonly<Record<string, string>>,
      ctx: ExecutionContext,
    ): HandlerResult | Promise<HandlerResult>;
  }

  /** What a module worker may ask for while it handles a request. */
  export interface ExecutionContext {
    /**
     * Keeps the isolate until the promise is settled, also when the answer has been sent by then. What `fetch(request)`
     * has under way ends with the answer all the same; other fetches, timers and `kv` go on. A rejection is logged.
     *
     *     ctx.waitUntil(fetch("https://count.example.com/hit", { method: "POST" }));
     */
    waitUntil(promise: unknown): void;
    /** From now on the request escalates when the handler throws, instead of being answered with 500. */
    passThroughOnException(): void;
    readonly props: object;
  }

  /**
   * The export `onResponse` of a script: sees the head of every response of the site before it is sent,
   * whoever made it: a script, a file, a backend, or the proxy because a backend failed; not the page for a
   * script that failed. It may change `response.status` and `response.headers`, or return another Response to
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

  /**
   * A file's content, as bytes or as text in UTF-8; undefined when there is no such file, or none that `stat` would
   * tell of. Rejects with a RangeError when it is larger than `limits.body`. To send a file, `Response.file` is the
   * better way: its bytes never enter the isolate.
   *
   *     const rules = JSON.parse((await readFile(`${site.root}/rules.json`, "utf8")) ?? "[]");
   */
  export function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  export function readFile(path: string, encoding: "utf8"): Promise<string | undefined>;

  /** What `readDir` tells of each entry; a symbolic link is told as one, not as what it leads to. */
  export interface FolderEntry {
    readonly name: string;
    /** Absolute: the folder as asked for and the name. */
    readonly path: string;
    readonly isFile: boolean;
    readonly isDirectory: boolean;
    readonly isSymlink: boolean;
  }

  /**
   * The entries of a folder, sorted by name; undefined when there is no such folder, or none that `stat` would tell of.
   * Rejects with a RangeError above 10,000 entries.
   *
   *     for (const entry of (await readDir(`${site.root}/notes`)) ?? []) if (entry.isFile) names.push(entry.name);
   */
  export function readDir(path: string): Promise<readonly FolderEntry[] | undefined>;

  /** What is kept of the site's answers; see `cache` of ResponseInit. */
  export interface Cache {
    /**
     * Lets go of the site's answers that have one of the tags, in all workers. Resolves when none of them will be sent
     * again; an answer that was being computed meanwhile is not kept. Rejects with an Error when a worker does not confirm
     * it in time.
     *
     *     if (request.method === "POST" && request.path === "/hooks/published") {
     *       await cache.purge("news");
     *       return 204;
     *     }
     *
     * @param tags 1 to 64
     */
    purge(...tags: string[]): Promise<void>;
  }

  /** The site's response cache. */
  export const cache: Cache;

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
