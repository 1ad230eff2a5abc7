import assert from "node:assert/strict";
import { test } from "node:test";
import { contentType } from "../../core/files/content_type.ts";

const TYPES: readonly [name: string, type: string][] = [
  ["/srv/a.html", "text/html; charset=utf-8"],
  ["/srv/A.HTML", "text/html; charset=utf-8"],
  ["/srv/a.css", "text/css; charset=utf-8"],
  ["/srv/a.js", "text/javascript; charset=utf-8"],
  ["/srv/a.mjs", "text/javascript; charset=utf-8"],
  ["/srv/a.json", "application/json; charset=utf-8"],
  ["/srv/a.webmanifest", "application/manifest+json; charset=utf-8"],
  ["/srv/a.svg", "image/svg+xml; charset=utf-8"],
  ["/srv/a.xml", "application/xml; charset=utf-8"],
  ["/srv/a.txt", "text/plain; charset=utf-8"],
  ["/srv/a.png", "image/png"],
  ["/srv/a.mp4", "video/mp4"],
  ["/srv/a.flv", "video/x-flv"],
  ["/srv/a.wasm", "application/wasm"],
  ["/srv/a.unheard-of", "application/octet-stream"],
  ["/srv/README", "application/octet-stream"],
  ["/srv.d/html", "application/octet-stream"],
  ["/srv/.html", "application/octet-stream"],
];

for (const [name, type] of TYPES) test(`${name} is ${type}`, () => assert.equal(contentType(name), type));
