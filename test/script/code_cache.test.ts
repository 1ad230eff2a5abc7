import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextIteration } from "node:timers/promises";
import { CodeCache } from "../../core/script/code_cache.ts";
import { compileRuntime } from "../../core/script/compile/compile_runtime.ts";
import { RUNTIME_FILE_NAME } from "../../core/script/compile/wrap_bundle.ts";
import { GuestIsolate } from "../../core/script/guest_isolate.ts";
import { siteFiles } from "../support/test_config.ts";

const runtime = await compileRuntime();
const site = {
  name: "a.test",
  hosts: ["a.test"],
  scripts: [],
  root: undefined,
  backend: undefined,
  env: {},
  allow: { files: [], origins: [], backends: undefined },
  files: siteFiles,
  limits: { cpu: 1_000, memory: 64, deadline: 5_000, body: 1_000_000, operations: 100 },
};

/** An isolate whose site answers `answer`. */
function isolate(codeCache: CodeCache, answer: string): GuestIsolate {
  const code = `module.exports = { scripts: [{ default: () => new Response("${answer}") }] };`;
  const compiled = { site: "a.test", version: 1, code, sourceMap: "{}", inputs: [] };
  return new GuestIsolate(site, compiled, {
    runtime,
    codeCache,
    stat: () => undefined,
    putBytes: () => 0,
    wake: () => {},
    catastrophe: assert.fail,
  });
}

const event = (slot: number): string =>
  `R${slot}\n/x\nGET\n\na.test\nid\n192.0.2.1\n1\nhttp\n0\nhost: a.test\r\n`;

test("data is found for the very text it was made of", () => {
  const cache = new CodeCache();
  const data = new ArrayBuffer(8);
  cache.set("a.js", "1 + 1", data);
  assert.equal(cache.get("a.js", "1 + 1"), data);
  assert.equal(cache.get("a.js", "2 + 2"), undefined);
  assert.equal(cache.get("b.js", "1 + 1"), undefined);
});

test("data that has not been used for the longest time makes room", () => {
  const cache = new CodeCache();
  for (let i = 0; i < 40; i++) {
    cache.set(`${i}.js`, "1", new ArrayBuffer(2 ** 20));
    assert.ok(cache.get("0.js", "1"));
  }
  assert.equal(cache.get("1.js", "1"), undefined);
  assert.ok(cache.get("39.js", "1"));
});

test("the runtime is kept after the first isolate's first entry, and the isolates after it take that", async () => {
  const cache = new CodeCache();
  const first = isolate(cache, "first");
  first.enter([event(1)]);
  await nextIteration();
  const kept = cache.get(RUNTIME_FILE_NAME, runtime.main);
  assert.ok(kept && kept.byteLength > 10_000);
  first.dispose();

  const second = isolate(cache, "second");
  assert.match(second.enter([event(1)]), /second/);
  assert.equal(cache.get(RUNTIME_FILE_NAME, runtime.main), kept);
  second.dispose();
});

test("another text of the same length is not taken for the one that was kept", () => {
  const cache = new CodeCache();
  const first = isolate(cache, "first");
  assert.match(first.enter([event(1)]), /first/);
  first.keepCode();
  first.dispose();
  const again = isolate(cache, "first");
  assert.match(again.enter([event(1)]), /first/);
  again.dispose();
  const other = isolate(cache, "other");
  assert.match(other.enter([event(1)]), /other/);
  other.dispose();
});

test("data that V8 refuses is thrown away, and the text compiled", () => {
  const cache = new CodeCache();
  cache.set(RUNTIME_FILE_NAME, runtime.main, new ArrayBuffer(1_000));
  const first = isolate(cache, "first");
  assert.equal(cache.get(RUNTIME_FILE_NAME, runtime.main), undefined);
  assert.match(first.enter([event(1)]), /first/);
  first.dispose();
});
