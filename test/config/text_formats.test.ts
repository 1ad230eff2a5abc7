import assert from "node:assert/strict";
import { test } from "node:test";
import { backendServer } from "../../core/config/backend_server.ts";
import { formatDuration, parseDuration } from "../../core/config/duration.ts";
import { hostPattern } from "../../core/config/host_pattern.ts";
import {
  formatListenAddress,
  listenAddress,
  listenAddressesCollide,
} from "../../core/config/listen_address.ts";
import { originPattern } from "../../core/config/origin_pattern.ts";
import { formatSize, parseSize } from "../../core/config/size.ts";
import { suggestion } from "../../core/config/suggestion.ts";

const context = { folder: "/srv" };

test("listen addresses read as host and port, or as the path of a socket", () => {
  const cases: [string, string | undefined, number | string][] = [
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["[::1]:8080", "::1", 8080],
    ["[2001:DB8::1]:0", "2001:db8::1", 0],
    ["*:80", "::", 80],
    [":80", "::", 80],
    ["LocalHost:65535", "localhost", 65535],
    ["unix:/run/a.sock", undefined, "/run/a.sock"],
    ["unix:a.sock", undefined, "/srv/a.sock"],
  ];
  for (const [text, host, port] of cases) {
    const address = listenAddress.parse(text, context);
    assert.deepEqual(
      address.kind === "tcp" ? [address.host, address.port] : [undefined, address.path],
      [host, port],
      text,
    );
  }
});

test("what is no listen address is refused", () => {
  const texts = [
    "",
    "8080",
    "127.0.0.1",
    "::1:8080",
    "[::1]",
    "[x]:1",
    "a b:1",
    "1.2.3:1",
    "256.1.1.1:1",
    "a:-1",
    "a:65536",
  ];
  for (const text of [
    ...texts,
    "http://a:1",
    "*.a:1",
    "a:1:2",
    "unix:",
    `unix:/${"x".repeat(110)}`,
    "-a:1",
    "a:1\n",
  ]) {
    assert.throws(() => listenAddress.parse(text, context), { name: "ValueError" }, JSON.stringify(text));
  }
});

test("listen addresses collide when one machine cannot listen on both", () => {
  const collide = (one: string, other: string) =>
    listenAddressesCollide(listenAddress.parse(one, context), listenAddress.parse(other, context));
  for (const pair of [
    [":1", "*:1"],
    [":1", "127.0.0.1:1"],
    ["[::1]:1", ":1"],
    ["0.0.0.0:1", "1.2.3.4:1"],
  ] as const) {
    assert.ok(collide(pair[0], pair[1]), pair.join(" "));
    assert.ok(collide(pair[1], pair[0]), pair.join(" "));
  }
  for (const pair of [
    [":1", ":2"],
    [":0", ":0"],
    ["0.0.0.0:1", "[::1]:1"],
    ["unix:a", ":1"],
    ["unix:a", "unix:b"],
  ] as const) {
    assert.ok(!collide(pair[0], pair[1]), pair.join(" "));
  }
});

test("a listen address is written as it was read", () => {
  for (const text of ["127.0.0.1:8080", "[::1]:8080", "*:8080", "unix:/run/a.sock", "localhost:1"]) {
    assert.equal(formatListenAddress(listenAddress.parse(text, context)), text);
  }
});

test("host patterns are names, stars before names, or a star; in lower case", () => {
  for (const text of [
    "a",
    "www.example.org",
    "*.example.org",
    "*",
    "127.0.0.1",
    "[::1]",
    "a_b.x",
    "xn--mnchen-3ya.de",
  ]) {
    assert.equal(hostPattern.parse(text.toUpperCase(), context), text);
  }
});

test("what is no host pattern is refused", () => {
  const texts = [
    "",
    "a.org:80",
    "*:80",
    "a.*",
    "*a.org",
    "**",
    "*.",
    "a..b",
    ".a",
    "a.",
    "-a",
    "a-",
    "a b",
    "a/b",
    "::1",
  ];
  for (const text of [
    ...texts,
    "münchen.de",
    "http://a.org",
    "[x]",
    "*.127.0.0.1",
    "*.*.a",
    `${"a".repeat(64)}.b`,
    "a\n",
  ]) {
    assert.throws(() => hostPattern.parse(text, context), { name: "ValueError" }, JSON.stringify(text));
  }
});

test("servers are URLs without a path, or sockets", () => {
  const { text, ...server } = backendServer.parse("https://App.Example.org/", context);
  assert.equal(text, "https://App.Example.org/");
  assert.deepEqual(server, { tls: true, host: "app.example.org", port: 443, path: undefined });
  assert.equal(backendServer.parse("http://[::1]:3000", context).host, "::1");
  assert.equal(backendServer.parse("http://a", context).port, 80);
  assert.equal(backendServer.parse("unix:run/a.sock", context).path, "/srv/run/a.sock");
});

test("what is no server is refused", () => {
  const texts = [
    "",
    "a",
    "a:80",
    "ftp://a",
    "http://",
    "http:///x",
    "http://a/b",
    "http://a?b",
    "http://a#b",
    "http://u@a",
  ];
  for (const text of [
    ...texts,
    "http://@a",
    "http://a:0",
    "http://a:99999",
    "http://*.a",
    "http://a b",
    "http:\\\\a",
    "unix:",
    "http://a\n",
  ]) {
    assert.throws(() => backendServer.parse(text, context), { name: "ValueError" }, JSON.stringify(text));
  }
});

test("origins read in their canonical form", () => {
  for (const [text, canonical] of [
    ["https://API.example.com:443/", "https://api.example.com"],
    ["http://127.1:9000", "http://127.0.0.1:9000"],
    ["https://*.Example.com", "https://*.example.com"],
    ["http://*.example.com:80/", "http://*.example.com"],
    ["https://*.bücher.example:8443", "https://*.xn--bcher-kva.example:8443"],
    ["*", "*"],
  ]) {
    assert.equal(originPattern.parse(text!, context), canonical);
  }
});

test("what is no origin is refused", () => {
  for (const text of [
    "api.example.com",
    "https://a/b",
    "ws://a",
    "https://*",
    "https://**.a",
    "https://*a.b",
    "https://a.*",
    "https://*.*.a",
    "https://*.",
    "https://*.a/b",
    "https://*.u:p@a",
    "https://*.127.0.0.1",
    "https://*.[::1]",
    "**",
    "null",
  ]) {
    assert.throws(() => originPattern.parse(text, context), { name: "ValueError" }, text);
  }
});

test("durations and sizes read back what is written", () => {
  for (const text of ["1ms", "50ms", "2s", "1m", "24h"])
    assert.equal(formatDuration(parseDuration(text)!), text);
  for (const text of ["1b", "64kb", "1mb", "10gb", "2tb"]) assert.equal(formatSize(parseSize(text)!), text);
  assert.equal(parseDuration("1.005s"), 1005);
  assert.equal(parseSize("1.5KB"), 1536);
});

test("what is no duration and no size is refused", () => {
  for (const text of ["", "5", "s", "-1s", "1 s", "1e3s", "0.5ms", "1us", "1S", ".5s"])
    assert.equal(parseDuration(text), undefined, text);
  for (const text of ["", "5", "kb", "-1kb", "1 kb", "0.3b", "1kib", "9999999999tb"])
    assert.equal(parseSize(text), undefined, text);
});

test("a slip is recognised, a different word is not", () => {
  const keys = ["listen", "workers", "sites", "backends", "root"];
  assert.equal(suggestion("wrokers", keys), "workers");
  assert.equal(suggestion("Listen", keys), "listen");
  assert.equal(suggestion("site", keys), "sites");
  assert.equal(suggestion("colour", keys), undefined);
  assert.equal(suggestion("rt", keys), undefined);
});
