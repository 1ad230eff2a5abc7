import assert from "node:assert/strict";
import { test } from "node:test";
import { isCompressible } from "../../../core/files/coding/compressible.ts";
import { contentType } from "../../../core/files/content_type.ts";

for (const name of [
  "a.html",
  "a.css",
  "a.js",
  "a.mjs",
  "a.json",
  "a.map",
  "a.svg",
  "a.xml",
  "a.txt",
  "a.csv",
  "a.md",
  "a.wasm",
  "a.webmanifest",
  "a.rss",
  "a.atom",
  "a.ttf",
  "a.otf",
  "a.ico",
  "a.vtt",
  "a.yaml",
  "a.jsonld",
  "a.m3u8",
  "a.geojson",
  "a.xhtml",
]) {
  test(`${name} is compressed`, () =>
    assert.ok(isCompressible(contentType(`/srv/${name}`)), contentType(name)));
}

for (const name of [
  "a.png",
  "a.jpg",
  "a.webp",
  "a.avif",
  "a.gif",
  "a.mp4",
  "a.mp3",
  "a.zip",
  "a.gz",
  "a.br",
  "a.zst",
  "a.woff2",
  "a.woff",
  "a.pdf",
  "a.unknown",
  "a",
]) {
  test(`${name} is not`, () => assert.ok(!isCompressible(contentType(`/srv/${name}`)), contentType(name)));
}

test("types of scripts' own are told by their beginning", () => {
  assert.ok(isCompressible("TEXT/plain"));
  assert.ok(isCompressible("application/problem+json"));
  assert.ok(!isCompressible("application/jsonish"));
  assert.ok(!isCompressible("video/x;y=text/html+json"));
  assert.ok(!isCompressible("text/event-stream"));
});
