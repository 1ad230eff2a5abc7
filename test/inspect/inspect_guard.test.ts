import assert from "node:assert/strict";
import { test } from "node:test";
import { isTrusted } from "../../core/inspect/inspect_guard.ts";

test("an address and localhost are trusted, with a port or without", () => {
  for (const host of ["127.0.0.1", "127.0.0.1:9229", "localhost:9229", "LocalHost", "[::1]", "[::1]:9229"]) {
    assert.equal(isTrusted(host, undefined), true, host);
  }
});

test("any other name is refused, and what is no Host at all", () => {
  const names = ["example.org", "localhost.example.org:9229", "127.0.0.1.example.org", "0x7f.1"];
  const broken = ["[abc]:1", "[127.0.0.1]:1", "[::1", "::1", "127.0.0.1:", "127.0.0.1:123456", "", "a b"];
  for (const host of [undefined, ...names, ...broken])
    assert.equal(isTrusted(host, undefined), false, `${host}`);
});

test("of browsers only the debugger's own pages are trusted", () => {
  assert.equal(isTrusted("127.0.0.1:9229", "devtools://devtools"), true);
  for (const origin of ["http://127.0.0.1:9229", "null", "", "devtools://devtools.example.org"]) {
    assert.equal(isTrusted("127.0.0.1:9229", origin), false, origin);
  }
});
