import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HttpError } from "../../core/http/http_error.ts";
import { normalizePath } from "../../core/http/request_path.ts";

test("paths in canonical form", () => {
  const rows: Record<string, string> = {
    "/": "/",
    "/a/b": "/a/b",
    "/a/./b": "/a/b",
    "/a/../b": "/b",
    "/a/b/..": "/a/",
    "/a/.": "/a/",
    "/.": "/",
    "/a/..": "/",
    "/a//b": "/a/b",
    "//a///b//": "/a/b/",
    "/a//../b": "/b",
    "/.well-known/x": "/.well-known/x",
    "/...": "/...",
    "/a..b/.c": "/a..b/.c",
    "/%61%2D%7e": "/a-~",
    "/%2e/a": "/a",
    "/a/%2E%2e/b": "/b",
    "/a%2fb": "/a%2Fb",
    "/a%5cb": "/a%5Cb",
    "/caf%c3%a9": "/caf%C3%A9",
    "/%20%25%3f%23": "/%20%25%3F%23",
    "/%252e%252e/": "/%252e%252e/",
    "/[a]{b}|c^`": "/[a]{b}|c^`",
    "/a;b=c/d": "/a;b=c/d",
  };
  for (const [raw, canonical] of Object.entries(rows)) assert.equal(normalizePath(raw), canonical, raw);
});

test("what is no path or leads above the root is refused with 400", () => {
  const rows = [
    "",
    "a",
    "*",
    "?",
    "/..",
    "/../",
    "/a/../..",
    "/%2e%2E",
    "/%00",
    "/a%00",
    "/a%0Ab",
    "/%1f",
    "/%7F",
    "/%FF",
    "/caf%E9",
    "/%C0%AE%C0%AE/a",
    "/%C0%AFa",
    "/%ED%A0%80",
    "/%F4%90%80%80",
    "/a/..%2Fb",
    "/a%2f..",
    "/a%2F../b",
    "/a%5C..%5cb",
    "/%2e%2e%2fb",
    "/.%2F",
    "/a/..;/b",
    "/a/..;x=1",
    "/a/.;/b",
    "/a/..%3b/b",
    "/%",
    "/%4",
    "/%zz",
  ];
  for (const raw of [
    ...rows,
    "/a b",
    "/\u0000",
    "/\u007f",
    "/\u00e9",
    "/\\",
    "/a\\..\\b",
    "/<",
    '/"',
    "/a?b",
    "/a#b",
  ]) {
    assert.throws(
      () => normalizePath(raw),
      (error) => error instanceof HttpError && error.status === 400,
      raw,
    );
  }
});

const piece = fc.constantFrom("/", ".", "..", "a", "B", "%2e", "%2E", "%2f", "%41", "%c3", "~", ";", "%25");
const path = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);

test("the canonical form is stable and never climbs", () => {
  fc.assert(
    fc.property(path, (raw) => {
      let canonical: string;
      try {
        canonical = normalizePath(raw);
      } catch {
        return;
      }
      assert.equal(normalizePath(canonical), canonical);
      assert.ok(!canonical.split("/").some((segment) => segment === "." || segment === ".."));
    }),
  );
});
