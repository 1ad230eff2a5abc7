import assert from "node:assert/strict";
import { test } from "node:test";
import { AllowedOrigins } from "../../../core/exchange/origin/allowed_origins.ts";

const admits = (patterns: readonly string[], url: string) =>
  new AllowedOrigins(patterns).admits(new URL(url));

test("an origin is its scheme, host and port, all of them", () => {
  const allowed = ["https://api.example.com", "http://127.0.0.1:9000", "http://[::1]:8080"];
  for (const url of [
    "https://api.example.com/",
    "https://API.example.com:443/a?b#c",
    "http://127.0.0.1:9000/x",
    "http://127.1:9000/",
    "http://0x7f000001:9000/",
    "http://[0:0::1]:8080/",
  ]) {
    assert.equal(admits(allowed, url), "named", url);
  }
  for (const url of [
    "http://api.example.com/",
    "https://api.example.com:8443/",
    "https://example.com/",
    "https://a.api.example.com/",
    "https://api.example.com./",
    "https://api.example.com.evil.test/",
    "https://evil.test/api.example.com",
    "https://evil.test/?https://api.example.com",
    "http://127.0.0.1/",
    "https://127.0.0.1:9000/",
    "http://localhost:9000/",
    "http://[::ffff:127.0.0.1]:9000/",
  ]) {
    assert.equal(admits(allowed, url), undefined, url);
  }
});

test("a star stands for one label or more, never for none", () => {
  const allowed = ["https://*.example.com", "http://*.example.org:8080"];
  for (const url of ["https://a.example.com/", "https://a.b.example.com/", "http://x.example.org:8080/"])
    assert.equal(admits(allowed, url), "matched", url);
  for (const url of [
    "https://example.com/",
    "https://.example.com/",
    "https://evilexample.com/",
    "https://a.example.com.evil.test/",
    "https://a.example.com./",
    "http://a.example.com/",
    "https://a.example.com:8443/",
    "http://x.example.org/",
  ]) {
    assert.equal(admits(allowed, url), undefined, url);
  }
});

test("a star alone stands for every origin of HTTP, but for ports of other protocols", () => {
  for (const url of ["https://a.test/", "http://a.test:8080/", "http://10.0.0.1/"])
    assert.equal(admits(["*"], url), "matched", url);
  for (const url of [
    "http://a.test:25/",
    "https://a.test:6667/",
    "http://a.test:22/",
    "ftp://a.test/",
    "file:///etc",
  ])
    assert.equal(admits(["*"], url), undefined, url);
  assert.equal(admits(["*", "http://a.test:25"], "http://a.test:25/"), "named");
});

test("what is named is told from what is matched, whatever else matches", () => {
  const allowed = ["*", "http://127.0.0.1:9000", "https://*.a.test"];
  assert.equal(admits(allowed, "http://127.0.0.1:9000/"), "named");
  assert.equal(admits(allowed, "http://127.0.0.1:9001/"), "matched");
});

test("nothing is allowed unless something is", () => {
  assert.equal(admits([], "https://a.test/"), undefined);
});
