import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import ivm from "isolated-vm";
import { SiteHarness } from "../script/site_harness.ts";
import { inCode, ManualPage, tableRows } from "../support/manual_page.ts";

const ROOT = join(import.meta.dirname, "../..");
const page = new ManualPage("script-api.md");

test("the manual names every global the runtime installs, and no other", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const names = Object.getOwnPropertyNames(globalThis);
     export default () => Response.json(names);`,
  );
  const bare = new ivm.Isolate();
  t.after(() => bare.dispose());
  const names = await bare.createContextSync().eval("JSON.stringify(Object.getOwnPropertyNames(globalThis))");
  const language = new Set(JSON.parse(names as string) as string[]);
  // V8 has one of its own, which goes nowhere.
  language.delete("console");
  const installed = (JSON.parse((await site.get("/")).text) as string[]).filter(
    (name) => !language.has(name),
  );
  const named = tableRows(page.section("Globals")).flatMap((cells) => inCode(cells[1]!.split(";")[0]!));
  assert.deepEqual(
    named.filter((name) => !name.includes(".") && !name.includes("/")).sort(),
    installed.sort(),
  );
});

test("what the manual says is left out is not there", async (t) => {
  const names = tableRows(page.section("What is left out")).flatMap(([cell]) => inCode(cell!));
  assert.ok(names.includes("WebAssembly") && names.includes("import.meta.url"));
  const site = await SiteHarness.start(
    t,
    `const present = [${names.map((name) => `[${JSON.stringify(name)}, () => ${expression(name)}]`).join(", ")}];
     export default () => Response.json(present.filter(([, look]) => look() !== undefined).map(([name]) => name));`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), []);
});

/** ECMA-429 (WinterTC), 2025: its interfaces, and what the global object has besides. */
const MINIMUM = `
  AbortController AbortSignal Blob ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy Crypto CryptoKey
  CustomEvent DecompressionStream DOMException ErrorEvent Event EventTarget File FormData Headers MessageChannel
  MessageEvent MessagePort Performance PromiseRejectionEvent ReadableByteStreamController ReadableStream
  ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableStreamDefaultController ReadableStreamDefaultReader Request
  Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream
  TransformStreamDefaultController URL URLPattern URLSearchParams WebAssembly WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter atob btoa clearInterval clearTimeout console crypto fetch
  navigator onerror onrejectionhandled onunhandledrejection performance queueMicrotask reportError self setInterval
  setTimeout structuredClone`;

test("all of the minimum common API is there, or told as left out", () => {
  const globals = inCode(page.section("Globals"));
  const absent = inCode(page.section("What is left out"));
  const silent = MINIMUM.trim()
    .split(/\s+/)
    .filter((name) => !globals.includes(name) && !absent.includes(name));
  assert.deepEqual(silent, []);
});

/** A member of a global object or of its class; undefined where there is none. */
function expression(name: string): string {
  const [first = "", ...members] = name.split(".");
  if (first === "import") return name;
  const object = `globalThis.${first}`;
  return members.length === 0 ? object : `(0, ${object})?.${members.join("?.")}`;
}

test("the manual lists every algorithm of crypto.subtle, and no other", () => {
  const source = readFileSync(join(ROOT, "core/runtime/crypto/algorithms.ts"), "utf8");
  const registered = new Set([...source.matchAll(/^ {4,6}\[?"([\w-]+)",/gm)].map((match) => match[1]!));
  for (const [, name] of source.matchAll(/\["([A-Z][\w-]+)", [A-Z[]/g)) registered.add(name!);
  const listed = tableRows(page.section("`crypto`")).flatMap(([cell]) => inCode(cell!));
  assert.deepEqual(listed.sort(), [...registered].sort());
});
