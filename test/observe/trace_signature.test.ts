import assert from "node:assert/strict";
import { test } from "node:test";
import { checkTraceSignature, signTrace } from "../../core/observe/trace_signature.ts";
import { run } from "../support/child.ts";

const SECRET = "a secret of a test";
const NOW = 1_800_000_000;
const REQUEST = { method: "GET", host: "www.example.org", path: "/old/page", query: "a=1" };
const check = (value: string, request = REQUEST, secret = SECRET, now = NOW) =>
  checkTraceSignature(value, request, secret, now);

test("a signature holds for its request until it expires", () => {
  const value = signTrace(REQUEST, SECRET, NOW + 60);
  assert.match(value, /^1800000060\.[A-Za-z0-9_-]{43}$/);
  assert.equal(check(value), "right");
  assert.equal(check(value, REQUEST, SECRET, NOW + 59.9), "right");
  assert.equal(check(value, REQUEST, SECRET, NOW + 60), "expired");
  assert.equal(check(value, REQUEST, SECRET, NOW - 3541), "valid for too long");
});

test("it holds for nothing else", () => {
  const value = signTrace(REQUEST, SECRET, NOW + 60);
  const others = [
    { ...REQUEST, method: "POST" },
    { ...REQUEST, host: "example.org" },
    { ...REQUEST, path: "/old" },
    { ...REQUEST, query: undefined } as never,
    { ...REQUEST, path: "/old/page?a=1", query: undefined } as never,
  ];
  for (const other of others.slice(0, 4)) assert.equal(check(value, other), "wrong");
  assert.equal(check(value, REQUEST, `${SECRET}x`), "wrong");
  assert.equal(check(value.replace("1800000060", "1800000061")), "wrong");
});

for (const value of [
  "",
  "1",
  "x.y",
  `1800000060.${"A".repeat(42)}`,
  `1800000060.${"A".repeat(44)}`,
  ` 1800000060.${"A".repeat(43)}`,
  `-1.${"A".repeat(43)}`,
  `${"9".repeat(13)}.${"A".repeat(43)}`,
  `1800000060.${"A".repeat(42)}=`,
]) {
  test(`"${value}" is no signature`, () => assert.equal(check(value), "malformed"));
}

test("a shell can sign, too", async (t) => {
  const text = `GET\nwww.example.org\n/old/page?a=1\n${NOW + 60}`;
  const command = `printf '%s' "$TEXT" | openssl dgst -sha256 -hmac "$SECRET" -binary | basenc --base64url | tr -d =`;
  const { code, stdout } = await run("sh", ["-c", command], {
    env: { PATH: process.env.PATH!, TEXT: text, SECRET },
  });
  if (code !== 0) return t.skip("there is no openssl or basenc");
  assert.equal(`${NOW + 60}.${stdout.trim()}`, signTrace(REQUEST, SECRET, NOW + 60));
});
