import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { FileContents } from "../../../core/files/file_contents.ts";
import type { FileResponse } from "../../../core/files/file_response.ts";
import { applyRange } from "../../../core/files/finished_body.ts";
import { serveFile } from "../../../core/files/serve_file.ts";
import { serveParts } from "../../../core/files/serve_parts.ts";
import { StatCache } from "../../../core/files/stat_cache.ts";
import { isBodySource } from "../../../core/http/body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import { bytesOf } from "../collect.ts";
import { openBelow, tempFolder } from "../temp_folder.ts";
import { readMultipart } from "./read_multipart.ts";

const LARGE = Buffer.alloc(1_500_000);
for (let i = 0; i < LARGE.length; i += 4) LARGE.writeUInt32BE(i, i);

const asks = (range: string, fields = "", method = "GET") => ({
  method,
  headers: HeaderList.fromText(`Range: ${range}\r\n${fields}`),
});

function makeFile(t: TestContext, content: Buffer, name = "a.txt") {
  const folder = tempFolder(t);
  const path = `${folder}/${name}`;
  writeFileSync(path, content);
  return { folder, path, stat: new StatCache({ age: 60_000, entries: 10 }).stat(path)! };
}

/** The parts as `range bytes`, after checking that the length was told before. */
async function partsOf(
  response: FileResponse,
): Promise<[range: string, bytes: Buffer, type: string | undefined][]> {
  assert.equal(response.status, 206);
  assert.equal(response.headers.has("content-range"), false, "only within the parts");
  const { body } = response;
  const bytes = await bytesOf(body);
  if (isBodySource(body)) assert.equal(body.length, bytes.length);
  return readMultipart(response.headers.get("content-type")!, bytes).map((part) => [
    part.fields["Content-Range"]!,
    part.bytes,
    part.fields["Content-Type"],
  ]);
}

test("several ranges of a small file are parts with their own range and type", async (t) => {
  const { path, stat } = makeFile(t, Buffer.from("0123456789"));
  const response = serveFile(asks("bytes=7-,0-1,4-4"), { path }, stat);
  assert.equal(response.headers.get("etag"), stat.etag);
  assert.equal(response.headers.get("accept-ranges"), "bytes");
  const type = "text/plain; charset=utf-8";
  assert.deepEqual(await partsOf(response), [
    ["bytes 7-9/10", Buffer.from("789"), type],
    ["bytes 0-1/10", Buffer.from("01"), type],
    ["bytes 4-4/10", Buffer.from("4"), type],
  ]);
});

test("the boundary is another one each time", (t) => {
  const { path, stat } = makeFile(t, Buffer.from("0123456789"));
  const boundary = () => serveFile(asks("bytes=0-1,4-4"), { path }, stat).headers.get("content-type");
  assert.notEqual(boundary(), boundary());
});

test("ranges that become one are a plain 206", async (t) => {
  const { path, stat } = makeFile(t, Buffer.from("0123456789"));
  const response = serveFile(asks("bytes=0-3,2-5,6-6"), { path }, stat);
  assert.equal(response.headers.get("content-range"), "bytes 0-6/10");
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal((await bytesOf(response.body)).toString(), "0123456");
});

test("ranges of a large file are streamed from one descriptor, in the order asked for", async (t) => {
  const { folder, path, stat } = makeFile(t, LARGE, "a.bin");
  const response = serveFile(asks("bytes=1000000-1399999,0-299999,-5"), { path }, stat);
  assert.ok(isBodySource(response.body));
  assert.equal(openBelow(folder), 1);
  const parts = await partsOf(response);
  assert.deepEqual(
    parts.map(([range]) => range),
    ["bytes 1000000-1399999/1500000", "bytes 0-299999/1500000", "bytes 1499995-1499999/1500000"],
  );
  assert.ok(parts[0]![1].equals(LARGE.subarray(1_000_000, 1_400_000)));
  assert.ok(parts[1]![1].equals(LARGE.subarray(0, 300_000)));
  assert.ok(parts[2]![1].equals(LARGE.subarray(-5)));
  assert.equal(openBelow(folder), 0);
});

test("small ranges of a large file come as bytes", async (t) => {
  const { folder, path, stat } = makeFile(t, LARGE, "a.bin");
  const response = serveFile(asks("bytes=1000000-1000003,0-3"), { path }, stat);
  assert.ok(response.body instanceof Uint8Array);
  assert.equal(openBelow(folder), 0);
  assert.deepEqual(
    (await partsOf(response)).map(([, bytes]) => bytes.readUInt32BE()),
    [1_000_000, 0],
  );
});

test("ranges of a slice count from its start", async (t) => {
  const { path, stat } = makeFile(t, Buffer.from("0123456789"));
  const response = serveFile(asks("bytes=0-1,4-"), { path, offset: 3, length: 6 }, stat);
  const parts = await partsOf(response);
  assert.deepEqual(
    parts.map(([range, bytes]) => [range, bytes.toString()]),
    [
      ["bytes 0-1/6", "34"],
      ["bytes 4-5/6", "78"],
    ],
  );
});

test("HEAD ignores several ranges as it does one", (t) => {
  const { path, stat } = makeFile(t, Buffer.from("0123456789"));
  const response = serveFile(asks("bytes=0-1,4-4", "", "HEAD"), { path }, stat);
  assert.deepEqual([response.status, response.declaredLength], [200, 10]);
});

test("several ranges of a script's finished answer", async () => {
  const headers = HeaderList.fromText("Content-Type: text/x-own\r\nX-Own: 1\r\n");
  const response = applyRange(asks("bytes=0-1,-1"), headers, "päge");
  assert.equal(response.headers.get("x-own"), "1");
  assert.deepEqual(await partsOf(response), [
    ["bytes 0-1/5", Buffer.from([0x70, 0xc3]), "text/x-own"],
    ["bytes 4-4/5", Buffer.from("e"), "text/x-own"],
  ]);
  const untyped = await partsOf(applyRange(asks("bytes=0-1,-1"), HeaderList.empty(), "page"));
  assert.equal(untyped[0]![2], undefined, "what has no type gets none");
});

test("several ranges of what a script has encoded: the whole", () => {
  const headers = HeaderList.fromText("Content-Encoding: gzip\r\n");
  assert.equal(applyRange(asks("bytes=0-1,-1"), headers, "page").status, 200);
  assert.equal(applyRange(asks("bytes=0-1"), headers, "page").status, 206);
});

test("several ranges over the parts of a script's answer, across their borders", async (t) => {
  const { path, stat } = makeFile(t, LARGE, "a.bin");
  const pieces = ["<<", { file: stat.realPath, offset: 4, length: 200_000 }, new Uint8Array([62, 62])];
  const whole = Buffer.concat([Buffer.from("<<"), LARGE.subarray(4, 200_004), Buffer.from(">>")]);
  const response = serveParts(asks("bytes=199990-,0-100000"), HeaderList.empty(), pieces);
  const parts = await partsOf(response);
  assert.equal(parts[0]![0], "bytes 199990-200003/200004");
  assert.ok(parts[0]![1].equals(whole.subarray(199_990)));
  assert.ok(parts[1]![1].equals(whole.subarray(0, 100_001)));
  assert.ok(path.length > 0);
});

test("every set of ranges gives the bytes that Buffer.subarray gives", async (t) => {
  const { folder, path, stat } = makeFile(t, LARGE.subarray(0, 200_000), "a.bin");
  const contents = new FileContents({ bytes: 1_000_000 });
  const position = fc.integer({ min: 0, max: 200_100 });
  const range = fc.oneof(
    fc
      .tuple(position, fc.integer({ min: 0, max: 90_000 }))
      .map(([first, more]) => `${first}-${first + more}`),
    position.map((first) => `${first}-`),
    position.map((length) => `-${length}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(range, { minLength: 2, maxLength: 8 }), async (specs) => {
      const response = serveFile(asks(`bytes=${specs.join(", ")}`), { path }, stat, contents);
      if (response.status === 416) return;
      const type = response.headers.get("content-type")!;
      const single = response.headers.get("content-range");
      const bytes = await bytesOf(response.body);
      const parts =
        single === undefined ? readMultipart(type, bytes) : [{ fields: { "Content-Range": single }, bytes }];
      let sent = 0;
      for (const part of parts) {
        const [, first, last] = /^bytes (\d+)-(\d+)\/200000$/.exec(part.fields["Content-Range"]!)!;
        assert.ok(part.bytes.equals(LARGE.subarray(Number(first), Number(last) + 1)));
        sent += part.bytes.length;
      }
      assert.ok(sent <= 200_000, "no byte twice");
    }),
    { numRuns: 200 },
  );
  assert.equal(openBelow(folder), 0);
});
