import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { FileContents } from "../../core/files/file_contents.ts";
import type { FileResponse } from "../../core/files/file_response.ts";
import type { FileSelection } from "../../core/files/file_selection.ts";
import { serveFile } from "../../core/files/serve_file.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import { bytesOf } from "./collect.ts";
import { openBelow, tempFolder, unprivileged } from "./temp_folder.ts";

const CHANGED = new Date(Date.UTC(2024, 4, 5, 6, 7, 8));

interface Site {
  readonly folder: string;
  readonly path: string;
  readonly cache: StatCache;
  readonly etag: string;
  serve(fields?: string, options?: Partial<FileSelection> & { method?: string }): FileResponse;
}

function makeSite(t: TestContext, content: string | Buffer = "0123456789", name = "a.txt"): Site {
  const folder = tempFolder(t);
  const path = `${folder}/${name}`;
  writeFileSync(path, content);
  utimesSync(path, CHANGED, CHANGED);
  const cache = new StatCache({ age: 60_000, entries: 10 });
  return {
    folder,
    path,
    cache,
    etag: cache.stat(path)!.etag,
    serve: (fields = "", { method = "GET", ...selection } = {}) =>
      serveFile({ method, headers: HeaderList.fromText(fields) }, { path, ...selection }, cache.stat(path)!),
  };
}

const field = (response: FileResponse, name: string) => response.headers.get(name);
const text = async (response: FileResponse) => (await bytesOf(response.body)).toString();

test("answers GET with the file, its type, its validators, and that it takes ranges", async (t) => {
  const { serve, etag } = makeSite(t);
  const response = serve();
  assert.equal(response.status, 200);
  assert.deepEqual(
    [...response.headers],
    [
      ["Content-Type", "text/plain; charset=utf-8"],
      ["ETag", etag],
      ["Last-Modified", "Sun, 05 May 2024 06:07:08 GMT"],
      ["Accept-Ranges", "bytes"],
    ],
  );
  assert.equal(await text(response), "0123456789");
});

test("a small file comes as bytes, a large one as a stream of known length", async (t) => {
  const small = makeSite(t, Buffer.alloc(64 * 1024, "s")).serve();
  assert.ok(small.body instanceof Uint8Array);
  const large = makeSite(t, Buffer.alloc(64 * 1024 + 1, "l")).serve();
  assert.ok(large.body !== undefined && typeof large.body === "object" && "start" in large.body);
  assert.equal(large.body.length, 64 * 1024 + 1);
  assert.equal((await bytesOf(large.body)).toString(), "l".repeat(64 * 1024 + 1));
});

test("an empty file is an empty 200", async (t) => {
  const response = makeSite(t, "").serve();
  assert.equal(response.status, 200);
  assert.equal((await bytesOf(response.body)).length, 0);
});

test("answers HEAD like GET without the body, and ignores its Range (RFC 9110 section 14.2)", (t) => {
  const { serve, folder } = makeSite(t);
  const response = serve("Range: bytes=0-1\r\n", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(response.body, undefined);
  assert.equal(response.declaredLength, 10);
  assert.equal(response.headers.toText(), serve().headers.toText());
  assert.equal(openBelow(folder), 0);
});

for (const method of ["POST", "PUT", "DELETE", "get"]) {
  test(`answers ${method} with 405`, (t) => {
    const response = makeSite(t).serve("", { method });
    assert.equal(response.status, 405);
    assert.equal(field(response, "allow"), "GET, HEAD, OPTIONS");
    assert.equal(response.body, undefined);
  });
}

test("answers OPTIONS with what may be done", (t) => {
  const response = makeSite(t).serve("", { method: "OPTIONS" });
  assert.equal(response.status, 204);
  assert.equal(field(response, "allow"), "GET, HEAD, OPTIONS");
  assert.equal(response.body, undefined);
});

test("sends one range as 206", async (t) => {
  const response = makeSite(t).serve("Range: bytes=2-4\r\n");
  assert.equal(response.status, 206);
  assert.equal(field(response, "content-range"), "bytes 2-4/10");
  assert.equal(field(response, "content-type"), "text/plain; charset=utf-8");
  assert.equal(await text(response), "234");
});

test("answers a range beyond the file with 416 and its length", (t) => {
  const response = makeSite(t).serve("Range: bytes=10-\r\n");
  assert.equal(response.status, 416);
  assert.equal(field(response, "content-range"), "bytes */10");
  assert.equal(field(response, "etag"), undefined);
  assert.equal(response.body, undefined);
});

test("304 carries the validators and nothing of the file", (t) => {
  const { serve, etag } = makeSite(t);
  const response = serve(`If-None-Match: ${etag}\r\n`);
  assert.equal(response.status, 304);
  assert.equal(
    response.headers.toText(),
    `ETag: ${etag}\r\nLast-Modified: Sun, 05 May 2024 06:07:08 GMT\r\n`,
  );
  assert.equal(response.body, undefined);
  assert.equal(serve("If-Modified-Since: Sun, 05 May 2024 06:07:08 GMT\r\n").status, 304);
  assert.equal(serve("If-Modified-Since: Sun, 05 May 2024 06:07:07 GMT\r\n").status, 200);
});

test("a precondition that fails is 412, before any range", (t) => {
  const response = makeSite(t).serve('If-Match: "other"\r\nRange: bytes=0-1\r\n');
  assert.equal(response.status, 412);
  assert.equal(response.body, undefined);
});

test("If-Range chooses between the part and the whole", (t) => {
  const { serve, etag } = makeSite(t);
  assert.equal(serve(`Range: bytes=0-1\r\nIf-Range: ${etag}\r\n`).status, 206);
  assert.equal(serve('Range: bytes=0-1\r\nIf-Range: "other"\r\n').status, 200);
  assert.equal(serve("Range: bytes=0-1\r\nIf-Range: Sun, 05 May 2024 06:07:08 GMT\r\n").status, 206);
  assert.equal(serve("Range: bytes=0-1\r\nIf-Range: Sun, 05 May 2024 06:07:09 GMT\r\n").status, 200);
  assert.equal(serve('Range: bytes=99-\r\nIf-Range: "other"\r\n').status, 200, "not even 416");
});

test("a time in the future is sent as the present (RFC 9110 section 8.8.2.1)", (t) => {
  const { path, folder } = makeSite(t);
  utimesSync(path, CHANGED, new Date(CHANGED.getTime() + 5000));
  const stat = new StatCache({ age: 0, entries: 1 }).stat(path)!;
  const request = { method: "GET", headers: HeaderList.empty() };
  const response = serveFile(request, { path }, stat, undefined, CHANGED.getTime());
  assert.equal(field(response, "last-modified"), "Sun, 05 May 2024 06:07:08 GMT");
  assert.equal(openBelow(folder), 0);
});

test("a slice is the representation", async (t) => {
  const { serve, etag } = makeSite(t);
  const whole = serve("", { offset: 2, length: 5 });
  assert.equal(await text(whole), "23456");
  assert.notEqual(field(whole, "etag"), etag, "another representation, another tag");
  assert.match(field(whole, "etag")!, /^"[^"]+"$/);
  const part = serve("Range: bytes=1-2\r\n", { offset: 2, length: 5 });
  assert.equal(field(part, "content-range"), "bytes 1-2/5");
  assert.equal(await text(part), "34");
  assert.equal(field(serve("Range: bytes=5-\r\n", { offset: 2, length: 5 }), "content-range"), "bytes */5");
  assert.equal(await text(serve("", { offset: 7 })), "789", "without a length, the rest");
  assert.equal(await text(serve("", { offset: 7, length: 100 })), "789", "a length past the end is cut");
  assert.equal(await text(serve("", { offset: 10 })), "", "the very end is empty");
  assert.equal(field(serve("", { offset: 0, length: 10 }), "etag"), etag, "all of it is the file itself");
});

for (const slice of [
  { offset: 11 },
  { offset: -1 },
  { length: -1 },
  { offset: 0.5 },
  { offset: Number.NaN },
]) {
  test(`a slice with ${JSON.stringify(slice)} is refused`, (t) => {
    const site = makeSite(t);
    assert.throws(() => site.serve("", slice), {
      name: "HttpError",
      status: 500,
      code: "file_slice_invalid",
    });
    assert.equal(openBelow(site.folder), 0);
  });
}

test("a content type and a name to download under may be given", (t) => {
  const { serve } = makeSite(t);
  const response = serve("", { contentType: "text/x-log", download: "ä.log" });
  assert.equal(field(response, "content-type"), "text/x-log");
  assert.equal(
    field(response, "content-disposition"),
    "attachment; filename=\"_.log\"; filename*=UTF-8''%C3%A4.log",
  );
  assert.equal(field(serve("", { download: "" }), "content-disposition"), 'attachment; filename="a.txt"');
});

test("a content type cannot smuggle in a field", (t) => {
  const { serve, folder } = makeSite(t);
  assert.throws(() => serve("", { contentType: "text/html\r\nSet-Cookie: a=b" }), {
    code: "content_type_invalid",
  });
  assert.equal(openBelow(folder), 0);
});

test("a folder is no file", (t) => {
  const { cache, folder } = makeSite(t);
  const request = { method: "GET", headers: HeaderList.empty() };
  assert.throws(() => serveFile(request, { path: folder }, cache.stat(folder)!), { status: 404 });
});

test("a FIFO is refused and never waited for", (t) => {
  const { cache, folder } = makeSite(t);
  const path = `${folder}/fifo`;
  execFileSync("mkfifo", [path]);
  const request = { method: "GET", headers: HeaderList.empty() };
  assert.throws(() => serveFile(request, { path }, cache.stat(path)!), {
    status: 404,
    code: "file_irregular",
  });
});

test("a FIFO put in place of the file is refused and never waited for", (t) => {
  const { serve, path, folder } = makeSite(t);
  rmSync(path);
  execFileSync("mkfifo", [path]);
  assert.throws(() => serve(), { status: 404, code: "file_irregular" });
  assert.equal(openBelow(folder), 0);
});

test("a file deleted since the stat is 404", (t) => {
  const { serve, path } = makeSite(t);
  rmSync(path);
  assert.throws(() => serve(), { status: 404, code: "file_gone" });
});

test("a file without permission is 403", (t) => {
  const { serve, path, folder } = makeSite(t);
  chmodSync(folder, 0o755);
  chmodSync(path, 0);
  unprivileged(() => assert.throws(() => serve(), { status: 403, code: "file_forbidden" }));
});

test("a file replaced since the stat is described as it is now", async (t) => {
  const { serve, path, folder, etag } = makeSite(t);
  writeFileSync(`${folder}/new`, "a longer text");
  renameSync(`${folder}/new`, path);
  const response = serve();
  assert.notEqual(field(response, "etag"), etag);
  assert.equal(await text(response), "a longer text");
  assert.equal(field(serve("Range: bytes=-4\r\n"), "content-range"), "bytes 9-12/13");
  assert.equal(serve("", { method: "HEAD" }).declaredLength, 13);
  assert.equal(openBelow(folder), 0);
});

test("a file truncated since the stat is described as it is now", async (t) => {
  const { serve, path, folder } = makeSite(t);
  truncateSync(path, 4);
  assert.equal(await text(serve()), "0123");
  const response = serve("Range: bytes=4-\r\n");
  assert.equal(response.status, 416);
  assert.equal(field(response, "content-range"), "bytes */4");
  assert.equal(openBelow(folder), 0);
});

test("a range beyond the end as it was, in a file that has grown since, is sent", async (t) => {
  const { serve, path, folder } = makeSite(t);
  appendFileSync(path, "abc");
  const response = serve("Range: bytes=10-\r\n");
  assert.equal(field(response, "content-range"), "bytes 10-12/13");
  assert.equal(await text(response), "abc");
  assert.equal(openBelow(folder), 0);
});

test("a link put in place of the file is not followed", (t) => {
  const { serve, path, folder } = makeSite(t);
  rmSync(path);
  writeFileSync(`${folder}/secret`, "secret");
  symlinkSync("secret", path);
  assert.throws(() => serve(), { status: 404, code: "file_gone" });
});

test("a link put in place of a folder above the file is not followed", (t) => {
  const folder = tempFolder(t);
  for (const name of ["www/sub", "outside"]) mkdirSync(`${folder}/${name}`, { recursive: true });
  writeFileSync(`${folder}/www/sub/a`, "inside");
  writeFileSync(`${folder}/outside/a`, "secret");
  const path = `${folder}/www/sub/a`;
  const stat = new StatCache({ age: 0, entries: 1 }).stat(path)!;
  renameSync(`${folder}/www/sub`, `${folder}/www/old`);
  symlinkSync(`${folder}/outside`, `${folder}/www/sub`);
  const request = { method: "GET", headers: HeaderList.empty() };
  assert.throws(() => serveFile(request, { path }, stat), { status: 404, code: "file_moved" });
  assert.equal(openBelow(folder), 0);
});

test("an answer that needs no bytes leaves no file open, nor does a large one that is cancelled", (t) => {
  const { serve, etag, folder } = makeSite(t, Buffer.alloc(200_000));
  serve(`If-None-Match: ${etag}\r\n`);
  serve("", { method: "HEAD" });
  serve("Range: bytes=200000-\r\n");
  serve("Range: bytes=0-9\r\n");
  assert.equal(openBelow(folder), 0);
  const { body } = serve();
  assert.equal(openBelow(folder), 1);
  assert.ok(typeof body === "object" && "cancel" in body);
  body.cancel();
  assert.equal(openBelow(folder), 0);
});

test("the content cache gives the bytes of the version its stat tells of, as long as that is believed", async (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/a`;
  writeFileSync(path, "0123456789");
  let now = 0;
  const stats = new StatCache({ age: 1000, entries: 10, now: () => now });
  const contents = new FileContents({ bytes: 100_000 });
  const serve = (fields = "") =>
    serveFile({ method: "GET", headers: HeaderList.fromText(fields) }, { path }, stats.stat(path)!, contents);
  const first = serve();
  writeFileSync(path, "changed!");
  const second = serve();
  assert.equal(second.body, first.body, "without asking the file system");
  assert.equal(second.headers.toText(), first.headers.toText());
  assert.equal(await text(serve("Range: bytes=2-3\r\n")), "23");
  now = 1000;
  const third = serve();
  assert.equal(await text(third), "changed!");
  assert.notEqual(field(third, "etag"), field(first, "etag"));
});

test("a content cache without memory keeps nothing", async (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/a`;
  writeFileSync(path, "0123456789");
  const stat = new StatCache({ age: 1000, entries: 10 }).stat(path)!;
  const contents = new FileContents({ bytes: 0 });
  const answers = [1, 2].map(() =>
    serveFile({ method: "GET", headers: HeaderList.empty() }, { path }, stat, contents),
  );
  assert.deepEqual(await Promise.all(answers.map(text)), ["0123456789", "0123456789"]);
  assert.deepEqual([contents.size, contents.bytes, contents.hits, contents.misses], [0, 0, 0, 2]);
});

test("a file changed before it was first read is not cached under the older stat", async (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/a`;
  writeFileSync(path, "one");
  const stat = new StatCache({ age: 0, entries: 1 }).stat(path)!;
  const contents = new FileContents({ bytes: 100_000 });
  writeFileSync(path, "three");
  const response = serveFile({ method: "GET", headers: HeaderList.empty() }, { path }, stat, contents);
  assert.equal(await text(response), "three");
  assert.equal(contents.get(stat), undefined);
});

test("every slice and range gives the same bytes as Buffer.subarray", async (t) => {
  const content = Buffer.alloc(70_000, "abcdefghijklmnopqrstuvwxyz0123456789!");
  const { path, cache, folder } = makeSite(t, content);
  const stat = cache.stat(path)!;
  const position = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: content.length }));
  const cases = fc.record({
    offset: position,
    length: fc.option(position, { nil: undefined }),
    first: fc.option(position, { nil: undefined }),
    last: fc.option(position, { nil: undefined }),
    cached: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ offset, length, first, last, cached }) => {
      const range = `bytes=${first ?? ""}-${last ?? ""}`;
      const request = { method: "GET", headers: HeaderList.fromText(`Range: ${range}\r\n`) };
      const contents = cached ? new FileContents({ bytes: 1_000_000 }) : undefined;
      const slice = content.subarray(offset, length === undefined ? undefined : offset + length);
      const response = serveFile(request, { path, offset, length }, stat, contents);
      const expected = expectedRange(slice, first, last);
      assert.equal(response.status, expected.status);
      assert.ok((await bytesOf(response.body)).equals(expected.bytes));
    }),
    { numRuns: 400 },
  );
  assert.equal(openBelow(folder), 0);
});

/** RFC 9110 section 14.1.2, written once more in the plainest way. */
function expectedRange(whole: Buffer, first: number | undefined, last: number | undefined) {
  const nothing = Buffer.alloc(0);
  if (first === undefined) {
    if (last === undefined) return { status: 200, bytes: whole };
    if (last === 0) return { status: 416, bytes: nothing };
    if (whole.length === 0) return { status: 200, bytes: whole };
    return { status: 206, bytes: whole.subarray(-last) };
  }
  if (last !== undefined && last < first) return { status: 200, bytes: whole };
  const bytes = whole.subarray(first, last === undefined ? undefined : last + 1);
  return bytes.length === 0 ? { status: 416, bytes } : { status: 206, bytes };
}
