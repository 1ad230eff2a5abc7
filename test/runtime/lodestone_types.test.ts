import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LAZY_GLOBALS } from "../../core/runtime/chunks.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const TYPES = join(ROOT, "core/runtime/lodestone.d.ts");

/** What tsc says of these scripts under the options of `examples/tsconfig.json`; "" when they are right. */
function check(files: Record<string, string>): string {
  using folder = new TemporaryFolder("types");
  for (const name of ["core", "node_modules"]) symlinkSync(join(ROOT, name), join(folder.path, name));
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  folder.write(
    "tsconfig.json",
    JSON.stringify({
      extends: join(ROOT, "examples/tsconfig.json"),
      compilerOptions: { types: [TYPES] },
      include: ["*.ts"],
    }),
  );
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", folder.path], { encoding: "utf8", timeout: 60_000 });
  return result.stdout + result.stderr;
}

test("scripts written by the manual pass the type check", () => {
  const script = `
    import { env, type Handler, log, type ModuleWorker, type ResponseHook, site, stat } from "lodestone";
    import note from "./note.txt";

    const handler: Handler = async (request) => {
      if (request.path === "/health") return new Response("ok");
      if (request.method === "PURGE") return 405;
      if (request.client.tls === undefined) return Response.redirect(new URL(request.url), 308);
      const page = stat(site.root + request.path + ".html");
      if (page?.isFile) return Response.file(page.path, { contentType: "text/html", headers: { a: "b" } });
      if (request.path === "/parts") return Response.parts(["a", new Uint8Array(1), { file: "/x", offset: 1 }]);
      const query = new URLSearchParams(request.query);
      for (const [name, value] of query) log.info(name, value, env.SECRET ?? "", note);
      const names: string[] = request.headers.keys().map((name) => name.toUpperCase()).toArray();
      request.headers.set("x-names", names.join());
      request.backend = "app";
      request.env.USER = "me";
      const timer: number = setTimeout((text: string) => console.log(text), 10, "x");
      clearTimeout(timer);
      if (request.path === "/again") return new Request("/other", request);
      const response = await fetch(new Request("/inner", request));
      if (response.ok) return new Response(response.body, { status: 201, headers: response.headers });
    };
    export default handler;
    export const onResponse: ResponseHook = (response, request) => {
      response.status = 204;
      response.headers.delete("x-" + request.id);
    };
    export const worker: ModuleWorker = { fetch: (request, env) => Response.json({ path: request.path, env }) };
    const plain: Handler = () => {};
    const number: Handler = () => 404;
    export { plain, number };
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("mistakes are caught by the type check", () => {
  const script = `
    import { env, type Handler, stat } from "lodestone";
    // @ts-expect-error: text is no answer
    export const text: Handler = () => "text";
    export default (request: Request) => {
      // @ts-expect-error: read-only
      request.method = "GET";
      // @ts-expect-error: may be undefined
      const secret: string = env.SECRET;
      // @ts-expect-error: may be undefined
      stat("/x").size;
      // @ts-expect-error: no such status
      Response.redirect("/", 200);
      // @ts-expect-error: scripts have no process
      process.exit(secret);
      // @ts-expect-error: scripts have no document
      document.title;
    };
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("scripts with events, signals and clones pass the type check, and their mistakes are caught", () => {
  const script = `
    const { a }: { a: number } = new CustomEvent("x", { detail: { a: 1 } }).detail;
    class Door extends EventTarget {}
    const signal = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal]);
    signal.onabort = function (event) { console.log(this.reason, event.type); };
    new Door().addEventListener("x", (event) => event.preventDefault(), { once: true, signal });
    new Door().addEventListener("x", { handleEvent: (event) => console.log(event.timeStamp) }, true);
    const copy: { a: number }[] = structuredClone([{ a }], { transfer: [new ArrayBuffer(1)] });
    await scheduler.wait(performance.now(), { signal });
    reportError(new DOMException(navigator.userAgent, "AbortError").code === DOMException.ABORT_ERR);
    // @ts-expect-error: only a controller makes signals
    new AbortSignal();
    // @ts-expect-error: only buffers are transferred
    structuredClone(copy, { transfer: [copy] });
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("scripts written as they are for browsers pass the type check", () => {
  const script = `
    await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise<void>((resolve) => setTimeout(resolve));
    await new Promise((resolve) => { const timer = setInterval(resolve, 20); clearInterval(timer); });
    setTimeout((text, count) => console.log(text.length + count), 1, "x", 1);
    const { readable, writable } = new TransformStream();
    void writable.getWriter().write("any piece");
    export const passed = new Response(readable);
    export const made = new Response(new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("x"));
        controller.close();
      },
    }));
    const source = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1)) });
    export const kept: Response = new Response(source.pipeThrough(new TransformStream()));
    const texts = new ReadableStream<string>();
    // @ts-expect-error: pieces of a body are bytes
    new Response(texts);
    export const event: CustomEvent = new CustomEvent("x", { detail: 1 });
    class Pair extends TransformStream<string, Uint8Array> {}
    class Failure extends DOMException { readonly extra = 1; }
    class Own extends Response { readonly extra = new Headers(); }
    export const list = [new Pair().readable, new Failure("x").code, new Own("x").extra];
    export const narrow = (value: unknown): string =>
      value instanceof Request ? value.path : value instanceof AbortSignal ? String(value.reason) : "";
    // @ts-expect-error: nobody makes them but streams
    new ReadableStreamDefaultController();
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("globals are found on the global object too, by the names they have without it", () => {
  const script = `
    const bytes: Uint8Array = self.crypto.getRandomValues(new Uint8Array(1));
    export const answer: Response = new globalThis.Response(globalThis.crypto.randomUUID());
    globalThis.console.log(globalThis.performance.now(), globalThis.navigator.userAgent, bytes);
    await globalThis.scheduler.wait(1);
    export const has: boolean = "Request" in globalThis && answer instanceof globalThis.Response;
    export const fetched = globalThis.fetch(new globalThis.URL("https://a.test"), { signal: globalThis.AbortSignal.timeout(1) });
    export const all = [globalThis.ReadableStream, globalThis.Headers, globalThis.DOMException, globalThis.SubtleCrypto];
    // @ts-expect-error: scripts have no process
    globalThis.process;
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("scripts may use what the engine has beyond the last edition of the language", () => {
  const script = `
    export const text: string = RegExp.escape("a.b") + new Uint8Array(3).toBase64() + Uint8Array.fromHex("00").toHex();
    export const tried: Promise<number> = Promise.try(() => 1);
    export const halves = new Float16Array([Math.f16round(1.1)]);
    export const own: boolean = Error.isError(new TypeError("x")) && new Set([1]).isSubsetOf(new Set([1, 2]));
    export const first: number[] = Iterator.from([1, 2, 3]).filter((n) => n > 1).take(1).toArray();
    export const later = await Array.fromAsync([1]);
    using stack = new DisposableStack();
    stack.defer(() => console.log(Object.groupBy([1], () => "a")));
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("scripts may use cryptography as the specification and the manual have it", () => {
  const script = `
    import { fromBase64Url, hmac, md5, randomHex, timingSafeEqual, toHex } from "lodestone/crypto";
    const secret: string = hmac("sha256", "key", new Uint8Array(1), "base64url") + md5("x") + randomHex(8);
    const digest: Uint8Array = hmac("md5", "key", "data", "bytes");
    export const same: boolean = timingSafeEqual(secret, toHex(digest)) || fromBase64Url("AA").length > 3;
    // @ts-expect-error: no such algorithm
    hmac("SHA-256", "key", "data");
    export const work = async (jwk: JsonWebKey, data: Uint8Array<ArrayBuffer>) => {
      const { subtle } = crypto;
      const use = { name: "ECDSA", hash: "SHA-256" };
      const key = await subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      const good: boolean = await subtle.verify(use, key, data, data.buffer);
      const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      const signature: ArrayBuffer = await subtle.sign({ name: "ECDSA", hash: { name: "SHA-256" } }, pair.privateKey, data);
      const aes: CryptoKey = await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
      await subtle.encrypt({ name: "AES-GCM", iv: crypto.getRandomValues(new Uint8Array(12)) }, aes, data);
      const params = { name: "PBKDF2", hash: "SHA-256", salt: data, iterations: 100_000 };
      await subtle.deriveKey(params, key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const exported: JsonWebKey = await subtle.exportKey("jwk", key);
      // @ts-expect-error: no such usage
      await subtle.importKey("raw", data, "AES-GCM", false, ["signs"]);
      // @ts-expect-error: floats cannot be filled
      crypto.getRandomValues(new Float32Array(1));
      return [good, signature.byteLength, exported.kty, key.algorithm.name, crypto.randomUUID()];
    };
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("the classes in the isolate are what the types say", () => {
  const script = `
    import type { FileStat } from "lodestone";
    import { atob as a, btoa as b } from "./core/runtime/text/base64.ts";
    import { createConsole } from "./core/runtime/console/console.ts";
    import { DOMException as X } from "./core/runtime/language/dom_exception.ts";
    import { createEventClasses } from "./core/runtime/events/event_classes.ts";
    import { PHASE } from "./core/runtime/events/event_state.ts";
    import type { FileStat as PackedStat } from "./core/runtime/turn/file_stat.ts";
    import { Headers as H } from "./core/runtime/http/headers.ts";
    import { createPerformance } from "./core/runtime/platform/performance.ts";
    import type { Request as R } from "./core/runtime/http/request.ts";
    import type { Response as S, ResponseClass } from "./core/runtime/http/response.ts";
    import { TextDecoder as D, TextEncoder as E } from "./core/runtime/text/text_encoding.ts";
    import { createURLClasses } from "./core/runtime/url/url.ts";

    const classes = createURLClasses({ parseUrl: () => undefined, setUrlPart: (href) => href });
    export const encoders: [typeof TextEncoder, typeof TextDecoder] = [E, D];
    export const headers: Headers = new H();
    export const url: Omit<URL, "searchParams"> = new classes.URL("");
    export const params: URLSearchParams = new classes.URLSearchParams();
    export const base64: [typeof atob, typeof btoa] = [a, b];
    export const output: Console = createConsole(() => {});
    export const file = (stat: PackedStat): FileStat => stat;
    // What a script may get from a request or response is what the class gives, except what holds other classes.
    type Streaming = "body" | "clone" | "blob" | "formData" | "signal" | "textStream";
    export const request = (own: R): Omit<Request, Streaming> => own;
    export const response = (own: S): Omit<Response, Streaming> => own;
    const events = createEventClasses({ now: () => 0, startTimer: () => () => {}, report: () => {} });
    export const event: Record<keyof CustomEvent, unknown> = Object.assign(new events.CustomEvent("x"), PHASE);
    export const target: Record<keyof EventTarget, unknown> = new events.targets.EventTarget();
    export const controller: Record<keyof AbortController, unknown> = new events.AbortController();
    export const signal: Record<keyof AbortSignal, unknown> = events.signals.createAbortSignal();
    export const signals: Record<Exclude<keyof typeof AbortSignal, "prototype">, unknown> = events.signals.AbortSignal;
    export const exception: Pick<DOMException, "name" | "message" | "code"> = new X();
    export const clock: Performance = createPerformance(() => 0, () => 0).performance;
    export const makers = (own: ResponseClass["Response"]): Record<"file" | "parts" | "json" | "redirect" | "error", unknown> => own;
  `;
  assert.equal(check({ "script.ts": script }), "");
});

test("the types declare every global the runtime installs, and no other", () => {
  const main = readFileSync(join(ROOT, "core/runtime/main.ts"), "utf8");
  const [, list] = /function eagerGlobals\([\s\S]*?return \{([\s\S]*?)\n {2}\};/.exec(main)!;
  const eager = [...list!.matchAll(/^ {4}(\w+)/gm)].map((match) => match[1]!);
  assert.ok(eager.includes("Request") && eager.includes("queueMicrotask"));
  const installed = [...eager, ...Object.values(LAZY_GLOBALS).flat()];
  const types = readdirSync(join(ROOT, "core/runtime/types"))
    .map((name) => readFileSync(join(ROOT, "core/runtime/types", name), "utf8"))
    .join("\n");
  const declared = [...types.matchAll(/^declare (?:function|var) (\w+)/gm)].map((match) => match[1]!);
  assert.deepEqual([...new Set(declared)].sort(), installed.sort());
});
