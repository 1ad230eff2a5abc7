import { type ChunkContext, Chunks, installLazyGlobals } from "./chunks.ts";
import { createConsole } from "./console/console.ts";
import { boundedHostCalls } from "./host/bounded_host_calls.ts";
import type { HostCalls } from "./host/host_calls.ts";
import { createFetch } from "./http/fetch.ts";
import { Headers } from "./http/headers.ts";
import { createRequestClass, type RequestClass } from "./http/request.ts";
import { parseRequestUrl } from "./http/request_url.ts";
import { createResponseClass, type ResponseClass } from "./http/response.ts";
import { containBuiltIns } from "./language/contained_built_ins.ts";
import { DOMException } from "./language/dom_exception.ts";
import { atob, btoa } from "./text/base64.ts";
import { TextDecoder, TextEncoder } from "./text/text_encoding.ts";
import { createLodestoneModule, type Site } from "./turn/lodestone_module.ts";
import { createQueueMicrotask } from "./turn/microtasks.ts";
import { OpenPromises } from "./turn/open_promises.ts";
import { Operations } from "./turn/operations.ts";
import { Outbox } from "./turn/outbox.ts";
import { readScripts } from "./turn/script_module.ts";
import { Timers } from "./turn/timers.ts";
import { Tracing } from "./turn/tracing.ts";
import { Turn } from "./turn/turn.ts";
import { createURLClasses } from "./url/url.ts";

/** What the host gives an isolate at its start. */
export interface Settings {
  readonly site: Site;
  readonly env: Readonly<Record<string, string>>;
  /** Their files, for messages; in the order of the bundle. */
  readonly scripts: readonly string[];
}

/** The two functions the host holds on to. */
export interface Entries {
  /** Events in, commands out. */
  turn(...events: unknown[]): string;
  /** Evaluates the bundle's wrapper; returns `h` when heads must come by before they are sent, else ``. */
  load(
    bundle: (exports: object, require: (name: string) => unknown, module: { exports: object }) => void,
  ): string;
}

const LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  log: 30,
  info: 30,
  warn: 40,
  error: 50,
};

/**
 * Sets up the isolate's global scope. Called once by the host, before any script. `shared` are the modules of the
 * main script that chunks use, by path; `calls` are the host's functions, each behind its name.
 */
export function start(
  shared: Readonly<Record<string, unknown>>,
  running: Int32Array,
  settingsText: string,
  ...calls: unknown[]
): Entries {
  const host = boundedHostCalls(calls);
  const { env: given, site: known, scripts } = JSON.parse(settingsText) as Settings;
  const env = Object.freeze(given);
  const site = Object.freeze({ ...known, hosts: Object.freeze(known.hosts) });
  const services = createServices(shared, host);
  const { outbox, chunks } = services;
  const requests = createRequestClass({
    ...services,
    root: site.root,
    parseUrl: (url, base) => parseRequestUrl(host, url, base),
  });
  const responses = createResponseClass(services);
  const promises = new OpenPromises(outbox);
  const tracing: Tracing = new Tracing(running, () =>
    chunks.get("tracing").createTracer({ tracing, requests, responses }),
  );
  const turn = new Turn({ ...services, requests, responses, running, tracing });
  const context: ChunkContext = {
    ...services,
    host,
    report: (error) => outbox.report("nothing caught an error", error),
    call: hostCaller(services),
  };
  chunks.use(context);
  installGlobals(eagerGlobals(host, { ...services, requests, responses }, context.report));
  installLazyGlobals(globalThis, chunks);
  containBuiltIns(globalThis);
  const lodestone = createLodestoneModule(host, outbox, { site, env }, context.call);
  const require = (name: string): unknown => {
    if (name === "lodestone") return lodestone;
    if (name === "lodestone:returned") return tracing.returned;
    if (name === "lodestone/crypto") return chunks.get("lodestone_crypto").exports;
    throw new Error(`there is no module "${name}" in the isolate`);
  };
  return {
    turn: (...events) => turn.enter(events),
    load(bundle) {
      const module: { exports: { scripts?: unknown[] } } = { exports: {} };
      bundle(module.exports, require, module);
      const { handlers, hooks, hookScripts } = readScripts(module.exports.scripts as never, {
        env,
        promises,
        files: scripts,
      });
      tracing.hookScripts = hookScripts;
      return turn.use(handlers, hooks) ? "h" : "";
    },
  };
}

/** What the parts of the runtime work with. */
interface Services {
  readonly operations: Operations;
  readonly outbox: Outbox;
  readonly chunks: Chunks;
  readonly timers: Timers;
  /** Hands bytes over to the host. Throws a RangeError when there are too many. */
  readonly putBytes: (bytes: Uint8Array<ArrayBuffer>) => number;
}

function createServices(shared: Readonly<Record<string, unknown>>, host: HostCalls): Services {
  const outbox = new Outbox(host.wake);
  const operations = new Operations();
  const putBytes = (bytes: Uint8Array<ArrayBuffer>): number => {
    const handle = host.putBytes(
      bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer,
    );
    if (handle === 0) throw new RangeError("the bytes of the answers made at the same time are too many");
    return handle;
  };
  // Evaluates in the global scope, as only an indirect call of `eval` does.
  // biome-ignore lint/security/noGlobalEval: chunks are the runtime's own text.
  const evaluate = globalThis.eval as (code: string) => unknown;
  const chunks = new Chunks(shared, host.chunk, evaluate);
  return { operations, outbox, chunks, timers: new Timers(operations, outbox), putBytes };
}

/** Those that are no chunk's. */
function eagerGlobals(
  host: HostCalls,
  parts: Services & { readonly requests: RequestClass; readonly responses: ResponseClass },
  report: (error: unknown) => void,
): Record<string, unknown> {
  const { outbox, timers, requests, responses } = parts;
  const { URL, URLSearchParams } = createURLClasses(host);
  return {
    Request: requests.Request,
    Response: responses.Response,
    Headers,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    DOMException,
    atob,
    btoa,
    console: createConsole((level, text) => outbox.log(LEVELS[level] ?? 30, text)),
    fetch: createFetch(parts),
    queueMicrotask: createQueueMicrotask(report),
    setTimeout: (callback: unknown, delay: unknown, ...values: unknown[]) =>
      timers.start(callback, delay, values, false),
    setInterval: (callback: unknown, delay: unknown, ...values: unknown[]) =>
      timers.start(callback, delay, values, true),
    clearTimeout: (timer: unknown) => timers.stop(timer),
    clearInterval: (timer: unknown) => timers.stop(timer),
    self: globalThis,
  };
}

/** Globals are not enumerable, as in browsers and Node. */
function installGlobals(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

/** `ChunkContext.call` */
function hostCaller({ operations, outbox, putBytes }: Services): ChunkContext["call"] {
  return (name, json, ...bytes) => {
    const handles = bytes.map(putBytes);
    const operation = operations.next();
    outbox.call(operation, name, json, handles);
    return operations.wait<string | ArrayBuffer>(operation);
  };
}
