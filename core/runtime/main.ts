import { atob, btoa } from "./base64.ts";
import type { BodyServices } from "./body.ts";
import { TEXT_LIMIT } from "./bounded_text.ts";
import { createConsole } from "./console.ts";
import { createFetch } from "./fetch.ts";
import { Headers } from "./headers.ts";
import type { HostCalls } from "./host_calls.ts";
import { createLodestoneModule, type Site } from "./lodestone_module.ts";
import { Operations } from "./operations.ts";
import { Outbox } from "./outbox.ts";
import { createRequestClass } from "./request.ts";
import { createResponseClass } from "./response.ts";
import { readScripts } from "./script_module.ts";
import { TextDecoder, TextEncoder } from "./text_encoding.ts";
import { Timers } from "./timers.ts";
import { Turn } from "./turn.ts";
import { createURLClasses } from "./url.ts";

/** What the host gives an isolate at its start. */
export interface Settings {
  readonly site: Site;
  readonly env: Readonly<Record<string, string>>;
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

/** PATH_MAX of Linux. */
const LONGEST_PATH = 4096;

const LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  log: 30,
  info: 30,
  warn: 40,
  error: 50,
};

/** Sets up the isolate's global scope. Called once by the host, before any script. */
export function start(
  stat: HostCalls["stat"],
  putBytes: HostCalls["putBytes"],
  parseUrl: HostCalls["parseUrl"],
  setUrlPart: HostCalls["setUrlPart"],
  wake: HostCalls["wake"],
  running: Int32Array,
  settingsText: string,
): Entries {
  const host: HostCalls = {
    // What is too long for the host is not even carried there: neither the CPU limit nor the memory limit counts it.
    stat: (path) => (path.length > LONGEST_PATH ? undefined : stat(path)),
    parseUrl: (url, base) =>
      url.length > TEXT_LIMIT || (base !== undefined && base.length > TEXT_LIMIT)
        ? undefined
        : parseUrl(url, base),
    setUrlPart: (href, part, value) => (value.length > TEXT_LIMIT ? href : setUrlPart(href, part, value)),
    putBytes,
    wake,
  };
  const settings = JSON.parse(settingsText) as Settings;
  const env = Object.freeze(settings.env);
  const site = Object.freeze({ ...settings.site, hosts: Object.freeze(settings.site.hosts) });
  const outbox = new Outbox(wake);
  const operations = new Operations();
  const timers = new Timers(operations, outbox);
  const handOver = (bytes: Uint8Array<ArrayBuffer>): number => {
    const handle = host.putBytes(
      bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer,
    );
    if (handle === 0) throw new RangeError("the bytes of the answers made at the same time are too many");
    return handle;
  };
  const encoder = new TextEncoder();
  const services: BodyServices = {
    operations,
    outbox,
    encode: (text) => encoder.encode(text) as Uint8Array<ArrayBuffer>,
    decode: (bytes) => new TextDecoder().decode(bytes),
  };
  const requests = createRequestClass({
    ...services,
    root: site.root,
    putBytes: handOver,
    parseUrl: (url, base) => splitUrl(host, url, base),
  });
  const responses = createResponseClass(services);
  const turn = new Turn({ outbox, operations, timers, requests, responses, putBytes: handOver, running });
  const { URL, URLSearchParams } = createURLClasses(host);
  installGlobals({
    Request: requests.Request,
    Response: responses.Response,
    Headers,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
    console: createConsole((level, text) => outbox.log(LEVELS[level] ?? 30, text)),
    fetch: createFetch({ operations, outbox, requests, responses }),
    queueMicrotask: (callback: () => void) => void Promise.resolve().then(callback),
    setTimeout: (callback: unknown, delay: unknown, ...values: unknown[]) =>
      timers.start(callback, delay, values, false),
    setInterval: (callback: unknown, delay: unknown, ...values: unknown[]) =>
      timers.start(callback, delay, values, true),
    clearTimeout: (timer: unknown) => timers.stop(timer),
    clearInterval: (timer: unknown) => timers.stop(timer),
    self: globalThis,
  });
  const modules = new Map<string, unknown>([
    ["lodestone", createLodestoneModule(host, outbox, { site, env })],
  ]);
  const require = (name: string): unknown => {
    if (modules.has(name)) return modules.get(name);
    throw new Error(`there is no module "${name}" in the isolate`);
  };
  return {
    turn: (...events) => turn.enter(events),
    load(bundle) {
      const module: { exports: { scripts?: unknown[] } } = { exports: {} };
      bundle(module.exports, require, module);
      const { handlers, hooks } = readScripts(module.exports.scripts as never, env);
      return turn.use(handlers, hooks) ? "h" : "";
    },
  };
}

/** Globals are not enumerable, as in browsers and Node. */
function installGlobals(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
  }
}

function splitUrl(host: HostCalls, url: string, base: string | undefined) {
  const href = host.parseUrl(url, base);
  const match =
    href === undefined ? null : /^(https?):\/\/(?:[^/?#@]*@)?([^/?#]*)([^?#]*)(\?[^#]*)?/.exec(href);
  if (match === null) throw new TypeError(`new Request("${url}"): not an http or https URL`);
  return { scheme: match[1]!, authority: match[2]!, path: match[3]!, search: match[4] ?? "" };
}
