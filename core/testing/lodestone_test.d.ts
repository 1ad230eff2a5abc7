/// <reference path="./node_test.d.ts" />

/**
 * Tests of sites, run by `lodestone test` with node:test. The scripts run in a real isolate behind the real proxy;
 * only the network is missing.
 *
 *     import assert from "node:assert/strict";
 *     import test from "node:test";
 *     import { site } from "lodestone/test";
 *
 *     const shop = site("./site.ts", { backends: { app: () => new Response("from the application") } });
 *
 *     test("orders go to the application", async () => {
 *       const response = await shop.fetch("/shop/orders");
 *       assert.equal(response.escalated?.backend, "app");
 *       assert.equal(response.escalated?.path, "/orders");
 *       assert.equal(await response.text(), "from the application");
 *     });
 */
declare module "lodestone/test" {
  /** What a client sends to a site: a standard Request, without what scripts find on theirs. */
  export type BackendRequest = Pick<
    Request,
    "method" | "url" | "headers" | "bodyUsed" | "text" | "json" | "bytes" | "arrayBuffer"
  >;

  export interface SiteOptions {
    /** Folder of static files. Without it there are none. */
    root?: string | URL;
    /** What scripts find in `env`. Nothing of the test's own environment gets there by itself. */
    env?: Readonly<Record<string, string>>;
    /**
     * Functions that stand for backends, by name. A script that asks one that has none gets 502; where a request
     * went can be tested without.
     *
     *     site("./site.ts", { backends: { app: async (request) => Response.json({ got: await request.text() }) } })
     */
    backends?: Readonly<Record<string, (request: BackendRequest) => Response | Promise<Response>>>;
    /** Name of the site's own backend, which gets what scripts and files leave over. */
    backend?: string;
    /** Host names of the site: another one gets 421. Default: every host. A path alone is asked of the first one. */
    hosts?: readonly string[];
    /** Limits of the scripts, as in the configuration; `cpu` is 1000 here. */
    limits?: {
      /** Milliseconds of CPU one entry may take. */
      cpu?: number;
      /** Megabytes of heap. */
      memory?: number;
      /** Milliseconds until the script must have decided. */
      deadline?: number;
      /** Bytes of a body that a script may read. */
      body?: number;
      /** Operations under way at once. */
      operations?: number;
    };
    allow?: {
      /** Folders scripts may read besides the root. */
      files?: readonly (string | URL)[];
      /** Origins scripts may fetch, for real. */
      origins?: readonly string[];
    };
  }

  export interface FetchInit extends RequestInit {
    /**
     * Who asks, as the script sees it in `request.client`. Default: 127.0.0.1, with an empty `tls` for a URL of https.
     *
     *     await site.fetch("https://a.example/", { client: { tls: { certificate } } })
     */
    client?: { address?: string; port?: number; tls?: Request["client"]["tls"] };
    /** Abort it and the client leaves; the promise rejects with the signal's reason. */
    signal?: AbortSignal | null;
  }

  /** Where a script let a request go, and as what. */
  export interface Escalation {
    /** `none`: neither a file nor a backend was there for it, so it got 404. */
    readonly to: "backend" | "file" | "none";
    /** Name of the backend it went to. */
    readonly backend: string | undefined;
    /** Absolute path of the file that was sent. */
    readonly file: string | undefined;
    readonly method: string;
    readonly path: string;
    /** Without its "?"; "" when there is none. */
    readonly query: string;
    /** Without `X-Forwarded-For` and the like, which the proxy adds for a backend. */
    readonly headers: Headers;
    /** Variables for the backend that the script has set in `request.env`. */
    readonly env: Readonly<Record<string, string>>;
    /** The body a script gave it instead of the request's own; null for none. A stream is for the backend to read. */
    readonly body: string | Uint8Array | null | undefined;
  }

  export interface LogLine {
    readonly level: "debug" | "info" | "warn" | "error" | "fatal";
    readonly text: string;
  }

  /** Why a response is the page of an error. Printed, it shows the line of the script with a caret. */
  export interface SiteError extends Error {
    readonly name: "SiteError";
    readonly status: number;
    /** Stable name of what went wrong, such as `script_error`, `script_cpu_limit` or `backend_absent`. */
    readonly code: string;
    /** Absolute path of the script, when it is known where it failed. */
    readonly file: string | undefined;
    /** Counted from 1. */
    readonly line: number | undefined;
    /** Counted from 1. */
    readonly column: number | undefined;
  }

  /** What a client would get, whole, with what it would not get to know. Redirects are not followed. */
  export interface SiteResponse extends Response {
    /** Where the script let the request go; undefined when it has answered it itself. */
    readonly escalated: Escalation | undefined;
    /** What was logged while the request was under way. */
    readonly logs: readonly LogLine[];
    /**
     * Why it is the page of an error, undefined when it is none: `assert.ifError(response.error)` fails with the
     * line of the script. A test that fails shows it anyway.
     */
    readonly error: SiteError | undefined;
  }

  /** A site at work. Variables of its modules live from one fetch to the next. */
  export interface TestSite extends AsyncDisposable {
    /**
     * Asks the site: `/path?query` or an http URL. What the proxy would refuse is answered as it would be. Rejects when
     * the scripts do not compile.
     */
    fetch(url: string | URL, init?: FetchInit): Promise<SiteResponse>;
    /** Everything logged so far. */
    readonly logs: readonly LogLine[];
    /** Ends the isolate. Happens by itself at the end of the tests, and of `await using`. */
    close(): Promise<void>;
  }

  /**
   * A site of its own for tests.
   *
   * @param scripts a script, several in order, or a configuration (`./lodestone.yaml`: all its sites, found by host;
   * its backends are not asked, `backends` stands for them). Relative to the file that calls this.
   */
  export function site(scripts: string | URL | readonly (string | URL)[], options?: SiteOptions): TestSite;
}
