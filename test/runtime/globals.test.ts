import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { LAZY_GLOBALS } from "../../core/runtime/chunks.ts";
import { compileRuntime } from "../../core/script/compile/compile_runtime.ts";
import type { CompiledRuntime } from "../../core/script/compile/compiled_runtime.ts";
import { SiteHarness } from "../script/site_harness.ts";

const runtime = compileRuntime();

/** A real isolate, and the chunks it asks the host for, in their order. */
async function start(t: TestContext, script: string): Promise<{ site: SiteHarness; asked: string[] }> {
  const { main, chunks } = await runtime;
  const asked: string[] = [];
  const counted = Object.fromEntries(
    Object.keys(chunks).map((name) => [
      name,
      {
        get(): string {
          asked.push(name);
          return chunks[name]!;
        },
        enumerable: true,
      },
    ]),
  );
  const watched: CompiledRuntime = { main, chunks: Object.defineProperties({}, counted) };
  return { site: await SiteHarness.start(t, script, { runtime: watched }), asked };
}

/** Globals by what they are; some have members of their own to look for. */
const GLOBALS: Record<string, readonly string[]> = {
  function: [
    ..."Request Response Headers URL URLSearchParams URLPattern TextEncoder TextDecoder ReadableStream".split(
      " ",
    ),
    ..."WritableStream TransformStream Blob File FormData AbortController AbortSignal Event EventTarget".split(
      " ",
    ),
    ..."CustomEvent DOMException setTimeout setInterval clearTimeout clearInterval queueMicrotask".split(" "),
    ..."structuredClone atob btoa fetch reportError Crypto CryptoKey SubtleCrypto Performance".split(" "),
    ..."TextEncoderStream TextDecoderStream ByteLengthQueuingStrategy CountQueuingStrategy".split(" "),
    ..."ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamDefaultController".split(" "),
    ..."ReadableByteStreamController ReadableStreamBYOBRequest TransformStreamDefaultController".split(" "),
    ..."WritableStreamDefaultController WritableStreamDefaultWriter".split(" "),
    ..."crypto.subtle.digest crypto.subtle.sign crypto.subtle.verify crypto.subtle.encrypt".split(" "),
    ..."crypto.subtle.decrypt crypto.subtle.importKey crypto.subtle.exportKey crypto.subtle.generateKey".split(
      " ",
    ),
    ..."crypto.getRandomValues crypto.randomUUID performance.now scheduler.wait console.log".split(" "),
    ..."AbortSignal.timeout AbortSignal.any AbortSignal.abort Response.json Response.redirect".split(" "),
    ..."Response.error URL.canParse URL.parse ReadableStream.from".split(" "),
  ],
  object: [
    "crypto",
    "crypto.subtle",
    "console",
    "performance",
    "navigator",
    "scheduler",
    "self",
    "globalThis",
  ],
  string: ["navigator.userAgent"],
  number: ["performance.timeOrigin"],
};

const chunkOf = (name: string): string | undefined =>
  Object.entries(LAZY_GLOBALS).find(([, names]) => (names as readonly string[]).includes(name))?.[0];

for (const [type, names] of Object.entries(GLOBALS)) {
  for (const name of names) {
    const chunk = chunkOf(name.split(".")[0]!);
    test(`${name} is there and loads ${chunk === undefined ? "nothing" : `the chunk "${chunk}" alone, once`}`, async (t) => {
      const { site, asked } = await start(
        t,
        `export default () => new Response(typeof ${name} + typeof ${name});`,
      );
      assert.deepEqual(asked, []);
      assert.equal((await site.get("/")).text, type + type);
      assert.equal((await site.get("/")).text, type + type);
      assert.deepEqual(asked, chunk === undefined ? [] : [chunk]);
    });
  }
}

test("every global of every chunk is looked for above", () => {
  const sought = new Set(Object.values(GLOBALS).flat());
  const missing = Object.values(LAZY_GLOBALS)
    .flat()
    .filter((name: string) => !sought.has(name));
  assert.deepEqual(missing, []);
});

test("a script that uses none of them loads no chunk, whatever is answered, fetched and escalated", async (t) => {
  const { site, asked } = await start(
    t,
    `export default {
      async fetch(request, env, ctx) {
        if (request.path === "/escalated") return;
        if (request.path === "/fetched") return await fetch(request);
        if (request.path === "/passed") { const { headers } = await fetch(request); return new Response(null, { headers }); }
        if (request.path === "/read") return Response.json([await request.text(), new URL(request.url).searchParams.get("a")]);
        if (request.path === "/again") return new Request("/escalated", request);
        ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 1)));
        console.log("asked for", request.path);
        return new Response("text", { headers: { "x-a": "b" } });
      },
    };`,
  );
  let calls = 0;
  for (const path of ["/escalated", "/fetched", "/passed", "/read?a=1", "/again", "/text"]) {
    const request = site.request(path, { method: "POST", body: "a body" });
    if (!/^\/(?:read|text)/.test(path)) (await site.backend.call(calls++)).respond(200, "fine");
    assert.equal((await request.answer).status, 200, path);
  }
  assert.deepEqual(asked, []);
});

test("a chunk that needs another loads it when it does", async (t) => {
  for (const [expression, chunks] of [
    [`new Blob(["a"])`, ["forms"]],
    [`new Blob(["a"]).stream()`, ["forms", "streams"]],
    [`new Response("a").body`, ["streams"]],
    [`new Response(new URLSearchParams("a=1")).formData()`, ["forms"]],
    [`structuredClone({ a: [1] })`, ["clone"]],
    [`request.signal`, ["events"]],
    [`request.cookies.get("a")`, ["cookies"]],
    [`scheduler.wait(1)`, ["platform"]],
    [`AbortSignal.timeout(1000)`, ["events"]],
    [`crypto.randomUUID()`, ["crypto"]],
    [`new URLPattern({ pathname: "/:a" }).test(request.url)`, ["url_pattern"]],
  ] as const) {
    const { site, asked } = await start(
      t,
      `export default async (request) => { await ${expression}; return 200; };`,
    );
    assert.equal((await site.get("/")).status, 200, site.logText(40));
    assert.deepEqual(asked, chunks, expression);
  }
});

test("WebAssembly and what belongs to Node or to browsers' pages is not there", async (t) => {
  const names =
    "WebAssembly process require module Buffer window document XMLHttpRequest importScripts postMessage";
  const { site } = await start(
    t,
    `export default () => Response.json("${names}".split(" ").filter((name) => name in globalThis));`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), []);
});
