import assert from "node:assert/strict";
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdDecompressSync,
} from "node:zlib";
import type { FileResponse } from "../../../core/files/file_response.ts";
import { HttpError } from "../../../core/http/http_error.ts";
import { bytesOf } from "../collect.ts";
import { openBelow, unprivileged } from "../temp_folder.ts";
import { SiteFixture } from "./site_fixture.ts";

const TEXT = "All that is gold does not glitter. ".repeat(100);
const ALL = "Accept-Encoding: gzip, br, zstd";
const field = (response: FileResponse, name: string) => response.headers.get(name);
const text = async (response: FileResponse) => (await bytesOf(response.body)).toString();

/** Content-Encoding and Vary of an answer. */
const coding = (response: FileResponse) => [field(response, "content-encoding"), field(response, "vary")];

test("text is compressed once, then comes from memory, with a tag of its own that is weak", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  const plain = await site.ask("a.txt");
  assert.deepEqual(coding(plain), [undefined, "Accept-Encoding"]);
  const first = await site.ask("a.txt", [ALL]);
  assert.deepEqual(coding(first), ["br", "Accept-Encoding"]);
  assert.equal(field(first, "content-type"), "text/plain; charset=utf-8");
  assert.equal(field(first, "etag"), `W/${field(plain, "etag")!.slice(0, -1)}-br"`);
  assert.equal(field(first, "last-modified"), field(plain, "last-modified"));
  assert.equal(brotliDecompressSync(await bytesOf(first.body)).toString(), TEXT);
});

test("requests at once wait for one compression", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  const answers = await Promise.all(Array.from({ length: 50 }, () => site.ask("a.txt", [ALL])));
  assert.ok(answers.every((answer) => field(answer, "content-encoding") === "br"));
  assert.equal(site.compressed.compressions, 1);
});

test("each encoding has its own tag, and none matches another's", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  const tags = new Map<string, string>();
  for (const name of ["identity", "br", "zstd", "gzip"])
    tags.set(name, field(await site.ask("a.txt", [`Accept-Encoding: ${name}`]), "etag")!);
  assert.equal(new Set(tags.values()).size, 4);
  for (const [name, tag] of tags) {
    for (const asked of tags.keys()) {
      const answer = await site.ask("a.txt", [`Accept-Encoding: ${asked}`, `If-None-Match: ${tag}`]);
      assert.equal(answer.status, asked === name ? 304 : 200, `${asked} with the tag of ${name}`);
      assert.equal(field(answer, "vary"), "Accept-Encoding");
      assert.equal(field(answer, "etag"), tags.get(asked));
    }
  }
});

test("a client that has the compressed file is answered without compressing", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  const { etag } = site.files.resolve(`${site.folder}/a.txt`)!;
  const answer = await site.ask("a.txt", [ALL, `If-None-Match: W/${etag.slice(0, -1)}-br"`]);
  assert.equal(answer.status, 304);
  assert.equal((await site.ask("a.txt", [ALL, 'If-Match: "other"'])).status, 412);
  assert.equal(site.compressed.compressions, 0);
});

test("HEAD has the fields of GET", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  for (const fields of [[], [ALL], ["Accept-Encoding: gzip"], [ALL, "Range: bytes=0-4"]]) {
    const get = await site.ask(
      "a.txt",
      fields.filter((line) => !line.startsWith("Range")),
    );
    const head = await site.ask("a.txt", fields, { method: "HEAD" });
    const encoded = field(head, "content-encoding");
    if (!fields.some((line) => line.startsWith("Range"))) {
      assert.equal(head.headers.toText(), get.headers.toText());
      assert.equal(head.declaredLength, (await bytesOf(get.body)).length, `${encoded}`);
    }
    assert.equal(head.status, 200);
    assert.equal(head.body, undefined);
  }
});

test("what is too small, too large, no text or no smaller is sent as it is", async (t) => {
  const site = new SiteFixture(t, { limits: { minimum: 100, maximum: 10_000 } });
  const noise = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919 + ((i * i) >> 3)) & 255));
  site.write("small.txt", "x".repeat(99));
  site.write("least.txt", "x".repeat(100));
  site.write("most.txt", "x".repeat(10_000));
  site.write("large.txt", "x".repeat(10_001));
  site.write("a.png", "x".repeat(1000));
  site.write("noise.txt", gzipSync(noise));
  site.write("empty.txt", "");
  for (const name of ["small.txt", "large.txt", "a.png", "empty.txt"])
    assert.deepEqual(coding(await site.ask(name, [ALL])), [undefined, undefined], name);
  assert.equal(site.compressed.compressions, 0);
  for (const name of ["least.txt", "most.txt"])
    assert.deepEqual(coding(await site.ask(name, [ALL])), ["br", "Accept-Encoding"], name);
  for (let i = 0; i < 3; i++) {
    const answer = await site.ask("noise.txt", [ALL]);
    assert.deepEqual(coding(answer), [undefined, "Accept-Encoding"]);
    assert.equal(answer.status, 200);
  }
  const again = await site.ask("noise.txt", [
    ALL,
    `If-None-Match: ${field(await site.ask("noise.txt"), "etag")}`,
  ]);
  assert.equal(again.status, 304);
});

test("a site may turn compression off, or offer fewer encodings", async (t) => {
  const off = new SiteFixture(t, { compress: false });
  off.write("a.txt", TEXT);
  assert.deepEqual(coding(await off.ask("a.txt", [ALL])), [undefined, undefined]);
  const fewer = new SiteFixture(t, { encodings: ["gzip"] });
  fewer.write("a.txt", TEXT);
  assert.deepEqual(coding(await fewer.ask("a.txt", [ALL])), ["gzip", "Accept-Encoding"]);
  assert.deepEqual(coding(await fewer.ask("a.txt", ["Accept-Encoding: br"])), [undefined, "Accept-Encoding"]);
});

test("every encoding decodes to the file, also when it is large", async (t) => {
  const site = new SiteFixture(t);
  const large = TEXT.repeat(500);
  site.write("a.txt", large);
  for (const [name, decode] of [
    ["br", brotliDecompressSync],
    ["zstd", zstdDecompressSync],
    ["gzip", gunzipSync],
  ] as const) {
    const answer = await site.ask("a.txt", [`Accept-Encoding: ${name}`]);
    assert.ok(decode(await bytesOf(answer.body)).equals(Buffer.from(large)), name);
  }
  assert.equal(openBelow(site.folder), 0);
});

test("a file beside it is sent in its place, with the file's type, and a strong tag of its own", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.html", TEXT);
  site.write("a.html.br", "beside, br", 1);
  site.write("a.html.gz", "beside, gz", 1);
  const br = await site.ask("a.html", [ALL]);
  assert.equal(await text(br), "beside, br");
  assert.deepEqual(coding(br), ["br", "Accept-Encoding"]);
  assert.equal(field(br, "content-type"), "text/html; charset=utf-8");
  assert.match(field(br, "etag")!, /^"[^"]+-br"$/);
  assert.equal(field(br, "last-modified"), "Mon, 01 Jan 2024 00:00:01 GMT");
  assert.equal(
    await text(await site.ask("a.html", ["Accept-Encoding: gzip, zstd"])),
    "beside, gz",
    "before anything is compressed",
  );
  assert.equal(await text(await site.ask("a.html", ["Accept-Encoding: br;q=0.5, gzip"])), "beside, gz");
  assert.equal(await text(await site.ask("a.html")), TEXT);
  assert.equal(site.compressed.compressions, 0);
});

test("types that are not compressed here may lie compressed beside the file", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.unknown", TEXT);
  site.write("a.unknown.zst", "beside", 0);
  assert.equal(await text(await site.ask("a.unknown", [ALL])), "beside");
  assert.deepEqual(coding(await site.ask("a.unknown")), [undefined, "Accept-Encoding"]);
});

test("a file beside it is left alone when it is older, empty, a folder, elsewhere, or not wanted", async (t) => {
  const site = new SiteFixture(t, { compress: false });
  for (const name of ["older", "empty", "folder", "linked", "outside", "dangling"])
    site.write(`${name}.html`, TEXT, 10.5);
  site.write("older.html.br", "older", 9);
  site.write("empty.html.br", "", 20);
  site.write("folder.html.br/x", "in a folder", 20);
  site.write("other/linked", "elsewhere", 20);
  symlinkSync("other/linked", `${site.folder}/linked.html.br`);
  symlinkSync("/etc/passwd", `${site.folder}/outside.html.br`);
  symlinkSync("nowhere", `${site.folder}/dangling.html.br`);
  for (const name of ["older", "empty", "folder", "linked", "outside", "dangling"])
    assert.deepEqual(coding(await site.ask(`${name}.html`, [ALL])), [undefined, undefined], name);
  const off = new SiteFixture(t, { compress: false, precompressed: false });
  off.write("a.html", TEXT);
  off.write("a.html.br", "beside", 1);
  assert.deepEqual(coding(await off.ask("a.html", [ALL])), [undefined, undefined]);
});

test("a compressor that keeps whole seconds only has not made an older file", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.html", TEXT, 10.75);
  site.write("a.html.br", "whole seconds", 10);
  assert.equal(await text(await site.ask("a.html", [ALL])), "whole seconds");
});

test("folders of links, as Kubernetes mounts them, have their files beside each other", async (t) => {
  const site = new SiteFixture(t);
  site.write("..2024/a.html", TEXT);
  site.write("..2024/a.html.br", "beside", 1);
  symlinkSync("..2024", `${site.folder}/..data`);
  symlinkSync("..data/a.html", `${site.folder}/a.html`);
  symlinkSync("..data/a.html.br", `${site.folder}/a.html.br`);
  assert.equal(await text(await site.ask("a.html", [ALL])), "beside");
});

test("a file beside it that is gone, replaced or unreadable since: the file itself", async (t) => {
  const changes = {
    gone: (path: string) => rmSync(path),
    replaced: (path: string) => {
      writeFileSync(`${path}.new`, "replaced");
      renameSync(`${path}.new`, path);
    },
    unreadable: (path: string) => chmodSync(path, 0),
  };
  for (const [name, change] of Object.entries(changes)) {
    const site = new SiteFixture(t, { compress: false });
    site.write("a.html", TEXT);
    const beside = site.write("a.html.br", "beside", 1);
    chmodSync(site.folder, 0o755);
    assert.deepEqual(coding(await site.ask("a.html", [ALL], { method: "HEAD" })), ["br", "Accept-Encoding"]);
    site.files.resolve(beside);
    const fresh = new SiteFixture(t, { compress: false });
    fresh.write("a.html", TEXT);
    const path = fresh.write("a.html.br", "beside", 1);
    chmodSync(fresh.folder, 0o755);
    fresh.files.resolve(path);
    change(path);
    let answer: Promise<FileResponse> | undefined;
    unprivileged(() => {
      answer = fresh.ask("a.html", [ALL]);
    });
    const response = await answer!;
    assert.deepEqual([await text(response), ...coding(response)], [TEXT, undefined, "Accept-Encoding"], name);
    assert.equal(openBelow(fresh.folder), 0);
  }
});

test("a range is one of the file as it is", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  site.write("b.txt", TEXT);
  site.write("b.txt.br", brotliCompressSync(TEXT), 1);
  for (const name of ["a.txt", "b.txt"]) {
    const answer = await site.ask(name, [ALL, "Range: bytes=4-7"]);
    assert.deepEqual(
      [answer.status, await text(answer), ...coding(answer)],
      [206, TEXT.slice(4, 8), undefined, "Accept-Encoding"],
    );
    assert.equal((await site.ask(name, [ALL, "Range: bytes=999999-"])).status, 416);
    assert.equal(field(await site.ask(name, [ALL, "Range: bytes=999999-"]), "vary"), "Accept-Encoding");
    assert.equal((await site.ask(name, [ALL, "Range: bytes=0-1,4-5"])).status, 206);
  }
});

test("a range of the form that If-Range names is one of that form", async (t) => {
  const site = new SiteFixture(t);
  const encoded = brotliCompressSync(TEXT);
  site.write("b.txt", TEXT);
  site.write("b.txt.br", encoded, 1);
  const tag = field(await site.ask("b.txt", [ALL]), "etag");
  const answer = await site.ask("b.txt", [ALL, "Range: bytes=4-", `If-Range: ${tag}`]);
  assert.deepEqual([answer.status, ...coding(answer)], [206, "br", "Accept-Encoding"]);
  assert.ok((await bytesOf(answer.body)).equals(encoded.subarray(4)));
  const several = await site.ask("b.txt", [ALL, "Range: bytes=0-1,4-", `If-Range: ${tag}`]);
  assert.deepEqual(
    [several.status, ...coding(several)],
    [200, "br", "Accept-Encoding"],
    "parts are not encoded",
  );
  const without = await site.ask("b.txt", ["Range: bytes=4-", `If-Range: ${tag}`]);
  assert.deepEqual([without.status, await text(without)], [200, TEXT], "a client that no longer takes it");
});

test("a new version of the file is compressed anew", async (t) => {
  const site = new SiteFixture(t, { age: 0 });
  site.write("a.txt", TEXT, 1);
  const first = await site.ask("a.txt", [ALL]);
  site.write("a.txt", TEXT.replaceAll("gold", "dust"), 2);
  const second = await site.ask("a.txt", [ALL]);
  assert.notEqual(field(second, "etag"), field(first, "etag"));
  assert.equal(brotliDecompressSync(await bytesOf(second.body)).toString(), TEXT.replaceAll("gold", "dust"));
});

test("a file replaced since it was looked at is never sent under the older tag", async (t) => {
  const site = new SiteFixture(t);
  const path = site.write("a.txt", TEXT, 1);
  const { etag } = site.files.resolve(path)!;
  writeFileSync(`${path}.new`, "short");
  renameSync(`${path}.new`, path);
  const answer = await site.ask("a.txt", [ALL]);
  assert.deepEqual([await text(answer), field(answer, "content-encoding")], ["short", undefined]);
  assert.notEqual(field(answer, "etag"), etag);
  rmSync(path);
  const error = await site.ask("a.txt", [ALL]).catch((error: unknown) => error);
  assert.ok(error instanceof HttpError && error.status === 404);
});

test("a slice, a name to save under and a type of the script's own", async (t) => {
  const site = new SiteFixture(t);
  site.write("a.txt", TEXT);
  const slice = await site.ask("a.txt", [ALL], { offset: 1, length: 2000 });
  assert.deepEqual(coding(slice), [undefined, undefined]);
  const saved = await site.ask("a.txt", [ALL], { download: "" });
  assert.equal(field(saved, "content-disposition"), 'attachment; filename="a.txt"');
  assert.equal(field(saved, "content-encoding"), "br");
  assert.deepEqual(coding(await site.ask("a.txt", [ALL], { contentType: "image/png" })), [
    undefined,
    undefined,
  ]);
});
