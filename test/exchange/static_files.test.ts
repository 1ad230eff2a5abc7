import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { readMultipart } from "../files/ranges/read_multipart.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";

const text = "The quick brown fox jumps over the lazy dog. ".repeat(200);
const big = text.repeat(300);
const links = `
import { readFile, site, stat } from "lodestone";
const link = site.root + "/link.txt";
export default async (request: Request) => {
  if (request.path === "/sent") return Response.file(link);
  if (request.path === "/told")
    return Response.json([stat(link) ? "file" : "nothing", (await readFile(link, "utf8")) === undefined ? "nothing" : "text"]);
};
`;
const script = `
import { site, stat } from "lodestone";

const own = { ETag: '"own"', Vary: "Cookie" };
const text = site.root + "/text.txt";
const handlers: Record<string, (request: Request) => Response | number | void> = {
  "/file": () => Response.file(text),
  "/headers": () => Response.file(text, { headers: own }),
  "/encoded": () => Response.file(text, { headers: { "Content-Encoding": "x-own" } }),
  "/no-transform": () => Response.file(text, { headers: { "Cache-Control": "max-age=5, No-Transform" } }),
  "/slice": () => Response.file(text, { offset: 5, length: 5000 }),
  "/error": () => Response.file(text, { status: 404 }),
  "/big": () => Response.file(site.root + "/big.txt"),
  "/text": () => new Response("0123456789", { headers: { "Content-Type": "text/x-own" } }),
  "/parts": () => Response.parts(["<<", { file: text, offset: 4, length: 6000 }, ">>"]),
  "/typed": () => Response.file(site.root + "/data.unknown", { contentType: "text/x-log" }),
};
export default (request: Request) => {
  if (request.path === "/chosen/") request.file = site.root + "/folder";
  return handlers[request.path]?.(request);
};
`;

const hook = `
import { site } from "lodestone";
export const onResponse = (response: Response, request: Request) => {
  response.headers.set("x-hooked", response.headers.get("content-encoding") ?? "none");
  if (request.path === "/replaced") return Response.file(site.root + "/text.txt");
};
export default (request: Request) => request.path === "/own" ? Response.file(site.root + "/text.txt") : undefined;
`;

let lodestone: Lodestone;
before(async () => {
  lodestone = await startLodestone({
    config: `
workers: 1
compression: { minimum: 100b }
sites:
  - hosts: [files.test]
    root: www
  - hosts: [scripts.test]
    scripts: [site.ts]
    root: www
  - hosts: [hooked.test]
    scripts: [hook.ts]
    root: www
  - hosts: [index.test]
    root: www
    files: { index: [first.htm, index.html], compress: false, precompressed: false }
  - hosts: [none.test]
    root: www
    files: { index: [] }
  - hosts: [links.test]
    scripts: [links.ts]
    root: www
  - hosts: [strict.test]
    scripts: [links.ts]
    root: www
    files: { symlinks: never }
  - hosts: [listed.test]
    root: www
    files: { index: [], listing: true }
`,
    scripts: { "site.ts": script, "hook.ts": hook, "links.ts": links },
    link: { "www/link.txt": "text.txt" },
    files: {
      "www/text.txt": text,
      "www/big.txt": big,
      "www/data.unknown": text,
      "www/image.png": Buffer.alloc(5000),
      "www/folder/index.html": "index",
      "www/folder/sub/a.txt": "a",
      "www/both/index.html": "second",
      "www/both/first.htm": "first",
      "www/.hidden/index.html": "hidden",
      "www/.well-known/index.html": "known",
    },
  });
});
after(() => lodestone.stop());

const ask = (path: string, options: Parameters<typeof request>[1] = {}) =>
  request(lodestone.url(path), { host: "files.test", ...options });
const accepts = (value: string) => ({ headers: { "accept-encoding": value } });

for (const [value, encoding, decode] of [
  ["gzip, deflate, br, zstd", "br", brotliDecompressSync],
  ["gzip", "gzip", gunzipSync],
  ["zstd, gzip;q=0.5", "zstd", zstdDecompressSync],
] as const) {
  test(`a text file goes to a client with "${value}" as ${encoding}`, async () => {
    const answer = await ask("/text.txt", accepts(value));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-encoding"], encoding);
    assert.equal(answer.headers.vary, "Accept-Encoding");
    assert.equal(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert.equal(Number(answer.headers["content-length"]), answer.body.length);
    assert.equal(decode(answer.body).toString(), text);
    const head = await ask("/text.txt", { method: "HEAD", ...accepts(value) });
    for (const name of [
      "content-encoding",
      "content-length",
      "etag",
      "vary",
      "content-type",
      "last-modified",
    ])
      assert.equal(head.headers[name], answer.headers[name], name);
  });
}

test("a client that takes no encoding gets the file, and is told that others may get it otherwise", async () => {
  const answer = await ask("/text.txt");
  assert.deepEqual(
    [answer.text, answer.headers.vary, answer.headers["content-encoding"]],
    [text, "Accept-Encoding", undefined],
  );
});

test("an image is the same for all", async () => {
  const answer = await ask("/image.png", accepts("gzip, br"));
  assert.deepEqual([answer.headers.vary, answer.headers["content-encoding"]], [undefined, undefined]);
});

test("the first request at once with many others waits for one compression", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ask("/data.unknown", { host: "scripts.test" })),
  );
  assert.ok(answers.every(({ status }) => status === 200));
});

test("Response.file is negotiated likewise", async () => {
  const asked = (path: string) => ask(path, { host: "scripts.test", ...accepts("br") });
  const file = await asked("/file");
  assert.equal(brotliDecompressSync(file.body).toString(), text);
  assert.equal(file.headers.vary, "Accept-Encoding");
  const own = await asked("/headers");
  assert.equal(own.headers["content-encoding"], "br");
  assert.equal(own.headers.etag, 'W/"own-br"');
  assert.equal(own.headers.vary, "Cookie, Accept-Encoding");
  const plain = await ask("/headers", { host: "scripts.test" });
  assert.equal(plain.headers.etag, '"own"');
  for (const path of ["/encoded", "/no-transform"]) {
    const answer = await asked(path);
    assert.deepEqual([answer.text, answer.headers.vary], [text, undefined], path);
  }
  const slice = await asked("/slice");
  assert.deepEqual([slice.text, slice.headers.vary], [text.slice(5, 5005), undefined]);
  const error = await asked("/error");
  assert.deepEqual([error.status, error.headers["content-encoding"]], [404, "br"]);
  const typed = await asked("/typed");
  assert.deepEqual([typed.headers["content-type"], typed.headers["content-encoding"]], ["text/x-log", "br"]);
});

test("a script's tag decides about conditions, in the form of the encoding", async () => {
  const asked = (headers: Record<string, string>) => ask("/headers", { host: "scripts.test", headers });
  assert.equal((await asked({ "if-none-match": '"own"' })).status, 304);
  assert.equal((await asked({ "if-none-match": '"own"', "accept-encoding": "br" })).status, 200);
  const known = await asked({ "if-none-match": 'W/"own-br"', "accept-encoding": "br" });
  assert.deepEqual([known.status, known.headers.etag], [304, 'W/"own-br"']);
});

test("onResponse sees the head of a compressed file, the script's own too, and may answer with one", async () => {
  for (const path of ["/text.txt", "/own", "/replaced"]) {
    const answer = await ask(path, { host: "hooked.test", ...accepts("gzip") });
    assert.equal(gunzipSync(answer.body).toString(), text, path);
    if (path !== "/replaced") assert.equal(answer.headers["x-hooked"], "gzip", path);
  }
});

test("the first index file that is there stands for its folder", async () => {
  const index = (path: string) => ask(path, { host: "index.test" });
  assert.equal((await index("/both/")).text, "first");
  assert.equal((await index("/folder/")).text, "index");
  assert.equal((await ask("/folder/", { host: "none.test" })).status, 404);
});

test("a folder without its slash is redirected, with the query, and with the method", async () => {
  const get = await ask("/folder?a=b&c");
  assert.deepEqual([get.status, get.headers.location], [301, "/folder/?a=b&c"]);
  const post = await ask("/folder?a", { method: "POST" });
  assert.deepEqual([post.status, post.headers.location], [308, "/folder/?a"]);
  assert.equal((await ask("/folder", { host: "none.test" })).status, 404, "nothing is shown there");
  assert.equal((await ask("/folder", { host: "listed.test" })).status, 301);
});

for (const [method, path, status, allow] of [
  ["OPTIONS", "/text.txt", 204, "GET, HEAD, OPTIONS"],
  ["POST", "/text.txt", 405, "GET, HEAD, OPTIONS"],
  ["DELETE", "/folder/", 405, "GET, HEAD, OPTIONS"],
  ["PUT", "/nothing", 404, undefined],
  ["GET", "/text.txt/", 404, undefined],
  ["GET", "/text.txt/index.html", 404, undefined],
  ["GET", "/folder/sub/", 404, undefined],
  ["GET", "/.hidden/", 404, undefined],
  ["GET", "/.hidden", 404, undefined],
  ["GET", "/%2Ehidden/index.html", 404, undefined],
  ["GET", "/.well-known/", 200, undefined],
] as const) {
  test(`${method} ${path} is ${status}`, async () => {
    const answer = await ask(path, { method });
    assert.deepEqual([answer.status, answer.headers.allow], [status, allow]);
  });
}

test("a listing where there is no index file, and only where the site says so", async () => {
  const page = await ask("/folder/sub/", { host: "listed.test" });
  assert.equal(page.status, 200);
  assert.match(page.text, /<a href="\.\/a\.txt">/);
  assert.equal((await ask("/folder/sub/")).status, 404);
  assert.equal((await ask("/.hidden/", { host: "listed.test" })).status, 404);
  const json = await ask("/", { host: "listed.test", headers: { accept: "application/json" } });
  const { entries } = JSON.parse(json.text) as { entries: { name: string }[] };
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["both", "folder", "big.txt", "data.unknown", "image.png", "link.txt", "text.txt"],
  );
  assert.equal((await ask("/folder/sub/", { host: "listed.test", method: "POST" })).status, 405);
});

const joined = `<<${text.slice(4, 6004)}>>`;
for (const [host, path, whole] of [
  ["files.test", "/text.txt", text],
  ["scripts.test", "/file", text],
  ["scripts.test", "/slice", text.slice(5, 5005)],
  ["scripts.test", "/text", "0123456789"],
  ["scripts.test", "/parts", joined],
] as const) {
  test(`several ranges of ${path} of ${host} come as parts`, async () => {
    const answer = await ask(path, { host, headers: { range: "bytes=5-6, 0-1,-2" } });
    assert.equal(answer.status, 206);
    assert.equal(Number(answer.headers["content-length"]), answer.body.length);
    const parts = readMultipart(answer.headers["content-type"]!, answer.body);
    const ranges = [whole.slice(5, 7), whole.slice(0, 2), whole.slice(-2)];
    assert.deepEqual(
      parts.map(({ bytes }) => bytes.toString()),
      ranges,
    );
    const none = await ask(path, { host, headers: { range: "bytes=99999-,88888-" } });
    assert.deepEqual([none.status, none.headers["content-range"]], [416, `bytes */${whole.length}`]);
    const head = await ask(path, { host, method: "HEAD", headers: { range: "bytes=0-1,5-6" } });
    assert.deepEqual([head.status, head.headers["content-length"]], [200, String(whole.length)]);
    const many = `bytes=${Array.from({ length: 300 }, (_, i) => `${i * 2}-${i * 2}`).join()}`;
    const killer = await ask(path, { host, headers: { range: many } });
    assert.deepEqual([killer.status === 200 || whole.length < 600, killer.status < 300], [true, true]);
  });
}

test("HEAD of a listing has the fields of GET", async () => {
  const options = { host: "listed.test" };
  const get = await ask("/folder/", options);
  const head = await ask("/folder/", { ...options, method: "HEAD" });
  for (const name of ["content-length", "content-type", "etag", "vary", "content-security-policy"])
    assert.equal(head.headers[name], get.headers[name], name);
  assert.equal(head.body.length, 0);
});

test("a script may choose a folder for a path with its slash", async () => {
  assert.equal((await ask("/chosen/", { host: "scripts.test" })).text, "index");
});

test("a client that leaves while its file is compressed disturbs nobody", async () => {
  for (const host of ["files.test", "scripts.test"]) {
    const path = host === "files.test" ? "/big.txt" : "/big";
    for (const encoding of ["br", "zstd", "gzip"]) {
      const leaving = Array.from({ length: 8 }, (_, i) =>
        ask(path, { host, ...accepts(encoding), signal: AbortSignal.timeout(1 + 3 * i) }).catch(
          () => undefined,
        ),
      );
      await Promise.all(leaving);
    }
    const answer = await ask(path, { host, ...accepts("br") });
    assert.equal(brotliDecompressSync(answer.body).toString(), big);
  }
});

test("scripts see through the same links as visitors", async () => {
  for (const [host, expected] of [
    ["links.test", ["file", "text", "file", 200]],
    ["strict.test", ["nothing", "nothing", "nothing", 404]],
  ] as const) {
    const told = JSON.parse((await ask("/told", { host })).text) as unknown[];
    const link = await ask("/link.txt", { host });
    const file = await ask("/sent", { host });
    assert.deepEqual(
      [told[0], told[1], link.status === 200 ? "file" : "nothing", file.status],
      expected,
      host,
    );
    assert.equal((await ask("/text.txt", { host })).status, 200);
  }
});
