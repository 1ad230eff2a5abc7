import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { BodyPart } from "../../core/files/body_part.ts";
import type { FileResponse } from "../../core/files/file_response.ts";
import { serveParts } from "../../core/files/serve_parts.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import type { BodySource } from "../../core/http/body.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import { bytesOf, Collector } from "./collect.ts";
import { openBelow, tempFolder } from "./temp_folder.ts";

const BIG = Buffer.alloc(400_000, "0123456789abcdefghijklmnopq");

function makeFile(t: TestContext): { folder: string; file: string } {
  const folder = tempFolder(t);
  const file = `${folder}/big.flv`;
  writeFileSync(file, BIG);
  return { folder, file };
}

function serve(parts: BodyPart[], fields = "", headers = "", method = "GET"): FileResponse {
  return serveParts({ method, headers: HeaderList.fromText(fields) }, HeaderList.fromText(headers), parts);
}

const stream = (response: FileResponse) => response.body as BodySource;

test("sends text, bytes and pieces of files one after another", async (t) => {
  const { folder, file } = makeFile(t);
  const response = serve([
    "FLÄ",
    new Uint8Array([1, 2, 3]),
    "",
    { file, offset: 300, length: 100_000 },
    { file, offset: 7, length: 3 },
    { file, offset: 7, length: 0 },
    "end",
  ]);
  const expected = Buffer.concat([
    Buffer.from("FLÄ"),
    Buffer.from([1, 2, 3]),
    BIG.subarray(300, 100_300),
    BIG.subarray(7, 10),
    Buffer.from("end"),
  ]);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("accept-ranges"), "bytes");
  assert.equal(stream(response).length, expected.length);
  assert.ok((await bytesOf(response.body)).equals(expected));
  assert.equal(openBelow(folder), 0);
});

test("parts in memory are one run of bytes", async () => {
  const response = serve(["a", "b", new Uint8Array([99])]);
  assert.ok(response.body instanceof Uint8Array);
  assert.equal((await bytesOf(response.body)).toString(), "abc");
});

test("no parts are an empty body", async () => {
  assert.equal((await bytesOf(serve([]).body)).length, 0);
});

test("a range counts from the first part and opens only the files it needs", async (t) => {
  const { file } = makeFile(t);
  const parts = [
    "head",
    { file: "/nowhere", offset: 0, length: 10 },
    { file, offset: 100, length: 70_000 },
    "tail",
  ];
  const response = serve(parts, "Range: bytes=14-70015\r\n");
  assert.equal(response.status, 206);
  assert.equal(response.headers.get("content-range"), "bytes 14-70015/70018");
  assert.ok(
    (await bytesOf(response.body)).equals(Buffer.concat([BIG.subarray(100, 70_100), Buffer.from("ta")])),
  );
});

test("HEAD declares the length of all parts and opens nothing", () => {
  const response = serve(["1234", { file: "/nowhere", offset: 0, length: 10 }], "", "", "HEAD");
  assert.deepEqual([response.status, response.body, response.declaredLength], [200, undefined, 14]);
});

test("validators of the script make conditional requests work", () => {
  const headers = 'ETag: "v1"\r\nContent-Type: video/x-flv\r\n';
  const response = serve(["a"], 'If-None-Match: "v1"\r\n', headers);
  assert.equal(response.status, 304);
  assert.equal(response.headers.get("etag"), '"v1"');
  assert.equal(response.headers.has("content-type"), false);
  assert.equal(serve(["abc"], 'Range: bytes=0-0\r\nIf-Range: "v1"\r\n', headers).status, 206);
  assert.equal(serve(["abc"], 'Range: bytes=0-0\r\nIf-Range: "v2"\r\n', headers).status, 200);
});

test("another method gets the whole", async () => {
  const response = serve(["abc"], "Range: bytes=0-0\r\n", "", "POST");
  assert.equal(response.status, 200);
  assert.equal((await bytesOf(response.body)).toString(), "abc");
});

test("a file too short for its part fails the body", async (t) => {
  const { folder, file } = makeFile(t);
  for (const length of [10, 100_000]) {
    const response = serve(["head", { file, offset: BIG.length - length + 1, length }]);
    const collector = new Collector(stream(response)).start();
    await assert.rejects(collector.finished, { code: "part_too_short" });
    assert.equal(Buffer.concat(collector.chunks).toString(), "head");
  }
  assert.equal(openBelow(folder), 0);
});

test("a file that is gone, is a link now, or is truncated on the way fails the body", async (t) => {
  const { folder, file } = makeFile(t);
  const send = async (change: () => void, when: number) => {
    const collector = new Collector(stream(serve(["head", { file, offset: 0, length: BIG.length }])));
    collector.onData = () => {
      if (collector.chunks.length !== when) return false;
      change();
      setImmediate(() => collector.resume());
      return true;
    };
    return collector.start().finished;
  };
  await assert.rejects(
    send(() => truncateSync(file, 300_000), 2),
    { code: "file_truncated" },
  );
  writeFileSync(file, BIG);
  await assert.rejects(
    send(() => {
      renameSync(file, `${folder}/moved`);
      symlinkSync("moved", file);
    }, 1),
    { code: "file_gone" },
  );
  rmSync(file);
  await assert.rejects(
    send(() => undefined, 0),
    { code: "file_gone" },
  );
  assert.equal(openBelow(folder), 0);
});

test("a part is not read through a folder that has become a link", async (t) => {
  const folder = tempFolder(t);
  for (const name of ["inside", "outside"]) {
    mkdirSync(`${folder}/${name}`);
    writeFileSync(`${folder}/${name}/a`, name);
  }
  const response = serve([{ file: `${folder}/inside/a`, offset: 0, length: 6 }]);
  renameSync(`${folder}/inside`, `${folder}/old`);
  symlinkSync("outside", `${folder}/inside`);
  await assert.rejects(bytesOf(response.body), { code: "file_moved" });
  assert.equal(openBelow(folder), 0);
});

test("waits while the sink is paused, also between parts", async (t) => {
  const { file } = makeFile(t);
  const response = serve([
    "a",
    { file, offset: 0, length: 300_000 },
    "b",
    { file, offset: 5, length: 5 },
    "c",
  ]);
  const collector = new Collector(stream(response));
  // The collector fails the test when data comes before this resume.
  collector.onData = () => {
    setImmediate(() => setImmediate(() => collector.resume()));
    return true;
  };
  const expected = ["a", BIG.subarray(0, 300_000), "b", BIG.subarray(5, 10), "c"].map((part) =>
    Buffer.from(part),
  );
  assert.ok((await collector.start().finished).equals(Buffer.concat(expected)));
});

test("goes on when the sink resumes from within data", async (t) => {
  const { file } = makeFile(t);
  const response = serve(["a", { file, offset: 0, length: 300_000 }, "b", "c"]);
  const collector = new Collector(stream(response));
  collector.onData = () => {
    collector.resume();
    return true;
  };
  assert.equal((await collector.start().finished).length, 300_003);
});

test("cancel closes the file that is being sent and says nothing more", async (t) => {
  const { folder, file } = makeFile(t);
  const body = stream(serve([{ file, offset: 0, length: 300_000 }, "b"]));
  const begun = Promise.withResolvers<void>();
  body.start({
    data: () => {
      begun.resolve();
      return false;
    },
    end: () => assert.fail("end"),
    fail: () => assert.fail("fail"),
  });
  await begun.promise;
  body.cancel();
  body.cancel();
  body.resume();
  assert.equal(openBelow(folder), 0);
});

test("refuses more than 1024 parts and numbers that cannot be", () => {
  assert.equal(serve(Array.from({ length: 1024 }, () => "x")).status, 200);
  const refused: BodyPart[][] = [
    Array.from({ length: 1025 }, () => "x"),
    [{ file: "/a", offset: -1, length: 1 }],
    [{ file: "/a", offset: 0, length: -1 }],
    [{ file: "/a", offset: 0.5, length: 1 }],
    [{ file: "/a", offset: 0, length: Number.POSITIVE_INFINITY }],
    [{ file: "/a", offset: Number.MAX_SAFE_INTEGER, length: 1 }],
    [
      { file: "/a", offset: 0, length: Number.MAX_SAFE_INTEGER },
      { file: "/a", offset: 0, length: 1 },
    ],
  ];
  for (const parts of refused) assert.throws(() => serve(parts), { status: 500, code: "parts_invalid" });
});

test("every range of every mix of parts gives the same bytes as Buffer.subarray", async (t) => {
  const { folder, file } = makeFile(t);
  const piece = fc.record({ offset: fc.nat(1000), length: fc.oneof(fc.nat(50), fc.constant(70_000)) });
  const part = fc.oneof(fc.string(), fc.uint8Array({ maxLength: 20 }), piece);
  await fc.assert(
    fc.asyncProperty(
      fc.array(part, { maxLength: 8 }),
      fc.nat(200),
      fc.nat(80_000),
      async (mix, first, more) => {
        const parts = mix.map((p) => (typeof p === "object" && "offset" in p ? { file, ...p } : p));
        const whole = Buffer.concat(
          parts.map((p) =>
            typeof p === "object" && "file" in p
              ? BIG.subarray(p.offset, p.offset + p.length)
              : Buffer.from(p),
          ),
        );
        const response = serve(parts, `Range: bytes=${first}-${first + more}\r\n`);
        const expected = whole.subarray(first, first + more + 1);
        assert.equal(response.status, first < whole.length ? 206 : 416);
        assert.ok((await bytesOf(response.body)).equals(expected));
      },
    ),
    { numRuns: 100 },
  );
  assert.equal(openBelow(folder), 0);
});

for (const size of [1000, 300_000]) {
  test(`a part of ${size} bytes whose file is replaced before its turn fails the body`, async (t) => {
    const folder = tempFolder(t);
    const path = `${folder}/a`;
    writeFileSync(path, Buffer.alloc(size, "a"));
    const seen = new StatCache({ age: 0, entries: 1 }).stat(path)!;
    const parts = ["first, ", { file: path, offset: 0, length: size, seen }];
    const response = serveParts({ method: "GET", headers: HeaderList.empty() }, HeaderList.empty(), parts);
    writeFileSync(`${folder}/b`, Buffer.alloc(size, "b"));
    renameSync(`${folder}/b`, path);
    await assert.rejects(bytesOf(response.body), { code: "part_changed" });
    assert.equal(openBelow(folder), 0);
  });
}

test("a part whose file was appended to before its turn is sent as it was", async (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/a`;
  writeFileSync(path, "0123456789");
  const seen = new StatCache({ age: 0, entries: 1 }).stat(path)!;
  const parts = ["<", { file: path, offset: 5, length: 5, seen }];
  const response = serveParts({ method: "GET", headers: HeaderList.empty() }, HeaderList.empty(), parts);
  appendFileSync(path, "more");
  assert.equal((await bytesOf(response.body)).toString(), "<56789");
});
