import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import test, { after, before } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { MemoryWatch } from "../support/memory_watch.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { PatternCheck, sendPattern } from "../support/pattern.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { openResponse, request } from "../support/request.ts";
import { until } from "../support/until.ts";

/** Bodies of clients and backends on their way through a script. */
const SCRIPT = `
/** Changes the case of letters, piece by piece. */
function upperCase() {
  return new TransformStream({
    transform(piece, controller) {
      for (let i = 0; i < piece.length; i++) if (piece[i] >= 97 && piece[i] <= 122) piece[i] -= 32;
      controller.enqueue(piece);
    },
  });
}
const routes = {
  async "/upper"(request) {
    const response = await fetch(request);
    return new Response(response.body.pipeThrough(upperCase()), response);
  },
  async "/through"(request) {
    const response = await fetch(request);
    return new Response(response.body, response);
  },
  async "/looked-at"(request) {
    const response = await fetch(request);
    const again = new Response(response.body, response);
    const own = new Response(again.body, { status: again.status, headers: again.headers });
    own.headers.set("x-locked", String(own.body.locked));
    return own;
  },
  async "/teed"(request) {
    const [one, other] = (await fetch(request)).body.tee();
    const [first, second] = await Promise.all([new Response(one).text(), new Response(other).text()]);
    return new Response(first + "|" + second);
  },
  async "/cloned"(request) {
    const response = await fetch(request);
    const copy = response.clone();
    return new Response(response.body, { headers: { "x-length": String((await copy.bytes()).length) } });
  },
  async "/uploaded"(request) {
    const body = request.body.pipeThrough(upperCase());
    return await fetch(new Request("backend:app/uploaded", { method: "POST", body, duplex: "half" }));
  },
  async "/changed"(request) {
    return await fetch(request, { body: request.body.pipeThrough(upperCase()), duplex: "half" });
  },
  async "/read"(request) {
    const how = request.query;
    const value = await request[how]();
    if (how === "formData") return Response.json([...value]);
    if (how === "textStream") return new Response((await Array.fromAsync(value)).join(""));
    if (how === "json") return Response.json(value);
    return new Response(how === "blob" ? await value.text() : value);
  },
  async "/read-on"(request) {
    const text = await request.text();
    request.headers.set("x-read", String(text.length));
    request.backend = "app";
  },
  async "/caught"(request) {
    try {
      await request.text();
    } catch (error) {
      return new Response(error.name + ": " + error.message, { status: 400 });
    }
  },
  async "/escalated"(request) {
    await request.text().catch(() => {});
    request.backend = "app";
  },
  async "/counted"(request) {
    let pieces = 0, bytes = 0, largest = 0;
    for await (const piece of request.body) {
      pieces++;
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    return Response.json({ pieces, bytes, largest });
  },
  async "/some"(request) {
    const reader = request.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return new Response(new TextDecoder().decode(value));
  },
  "/hog"() {
    for (const all = [];;) all.push(new Array(1000).fill(all.length));
  },
  "/text": () => new Response("plain"),
};
export default (request) => routes[request.path]?.(request);

export function onResponse(response, request) {
  if (!request.path.startsWith("/hooked")) return;
  response.headers.set("x-hooked", "yes");
  return new Response(response.body.pipeThrough(upperCase()), response);
}
`;

const SIZE = 100 * 2 ** 20;

let origin: Origin;
let lodestone: Lodestone;
/** What the backend got in bodies, newest last. */
const uploads: { text: string; length: string | undefined; headers: IncomingMessage["headers"] }[] = [];

before(async () => {
  origin = await startOrigin(async (incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url!, "http://origin");
    if (incoming.method === "POST") {
      let text = "";
      incoming.on("error", () => {});
      incoming.on("data", (piece: Buffer) => {
        text += piece.toString("latin1");
      });
      await new Promise((resolve) => incoming.on("close", resolve));
      if (!incoming.complete) return;
      uploads.push({ text, length: incoming.headers["content-length"], headers: incoming.headers });
      response.end(`got ${text.length}`);
      return;
    }
    response.setHeader("x-origin", "yes");
    response.setHeader("content-type", "text/plain");
    if (pathname === "/hooked-file") response.setHeader("content-length", "15");
    if (searchParams.has("size")) await sendPattern(response, Number(searchParams.get("size")));
    else response.end("from the origin");
  });
  const site = `
    backend: app
    root: .
    limits: { body: 100kb, memory: 24mb, cpu: 2s }`;
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.js]
${site}
backends:
  app: ${origin.url}
`,
    scripts: { "site.js": SCRIPT },
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
  await origin?.[Symbol.asyncDispose]();
});

async function upload(path: string, body: string, headers: Record<string, string> = {}) {
  return request(lodestone.url(path), { method: "POST", body, headers });
}

/** Sends a chunked body piece by piece; the answer is on the connection. */
async function chunkedUpload(path: string, pieces: readonly string[]): Promise<RawConnection> {
  const connection = await RawConnection.open(lodestone.address);
  connection.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (const piece of pieces) connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
  connection.write("0\r\n\r\n");
  return connection;
}

test("100 MB of a backend go through a TransformStream: every byte right, memory flat", async (t) => {
  // What the right bytes are: the same ones, changed here.
  const expected = createHash("sha256");
  await using plain = await startOrigin((_, response) => void sendPattern(response, SIZE));
  for await (const chunk of (await openResponse(plain.url)) as AsyncIterable<Buffer>) {
    for (let i = 0; i < chunk.length; i++) if (chunk[i]! >= 97 && chunk[i]! <= 122) chunk[i]! -= 32;
    expected.update(chunk);
  }
  using memory = new MemoryWatch(lodestone.pid);
  const started = performance.now();
  const response = await openResponse(lodestone.url(`/upper?size=${SIZE}`));
  assert.equal(response.headers["x-origin"], "yes");
  const seen = createHash("sha256");
  for await (const chunk of response as AsyncIterable<Buffer>) seen.update(chunk);
  t.diagnostic(`${(performance.now() - started).toFixed(0)} ms; ${memory}`);
  assert.equal(seen.digest("hex"), expected.digest("hex"));
  assert.ok(memory.growth < 64 * 2 ** 20, String(memory));
});

for (const path of ["/through", "/looked-at"]) {
  test(`a body that is only passed on never enters the isolate, which may die meanwhile (${path})`, async (t) => {
    const started = performance.now();
    const response = await openResponse(lodestone.url(`${path}?size=${SIZE}`));
    assert.equal(response.headers["x-origin"], "yes");
    if (path === "/looked-at") assert.equal(response.headers["x-locked"], "false");
    response.pause();
    assert.equal((await request(lodestone.url("/hog"))).status, 500);
    const check = new PatternCheck();
    for await (const chunk of response as AsyncIterable<Buffer>) check.take(chunk);
    assert.equal(check.received, SIZE);
    t.diagnostic(`${(performance.now() - started).toFixed(0)} ms`);
  });
}

test("a body can be read twice by tee and by clone", async () => {
  assert.equal((await request(lodestone.url("/teed"))).text, "from the origin|from the origin");
  const cloned = await request(lodestone.url("/cloned"));
  assert.deepEqual([cloned.headers["x-length"], cloned.text], ["15", "from the origin"]);
});

for (const path of ["/uploaded", "/changed"]) {
  test(`a client's body goes through a transform to the backend (${path})`, async () => {
    const answer = await upload(path, "abc def");
    assert.equal(answer.text, "got 7");
    assert.deepEqual([uploads.at(-1)!.text, uploads.at(-1)!.length], ["ABC DEF", undefined]);
    using connection = await chunkedUpload(path, ["abc", "x".repeat(200_000), "def"]);
    await connection.receive("got 200006");
    assert.equal(uploads.at(-1)!.text, `ABC${"X".repeat(200_000)}DEF`);
  });
}

test("what has been read of a client's body escalates all the same", async () => {
  const answer = await upload("/read-on", "a stone");
  assert.equal(answer.text, "got 7");
  const { text, headers } = uploads.at(-1)!;
  assert.deepEqual([text, headers["x-read"], headers["content-length"]], ["a stone", "7", "7"]);
});

test("each of the ways to read a body brings it", async () => {
  for (const [how, body, text] of [
    ["text", "é", "é"],
    ["json", '{"a":[1]}', '{"a":[1]}'],
    ["bytes", "abc", "abc"],
    ["arrayBuffer", "abc", "abc"],
    ["blob", "abc", "abc"],
    ["formData", "a=1&b=%20", '[["a","1"],["b"," "]]'],
    ["textStream", "é", "é"],
  ] as const) {
    const type = how === "formData" ? { "content-type": "application/x-www-form-urlencoded" } : {};
    const answer = await upload(`/read?${how}`, body, type);
    assert.equal(answer.text, text, how);
  }
});

test("reading more than limits.body is 413, or an error for the script to catch", async () => {
  const large = "x".repeat(100 * 1024 + 1);
  for (const how of ["text", "json", "bytes", "arrayBuffer", "blob", "formData"]) {
    const answer = await upload(`/read?${how}`, large, {
      "content-type": "application/x-www-form-urlencoded",
    });
    assert.equal(answer.status, 413, how);
    assert.doesNotMatch(answer.text, /102400/);
  }
  using connection = await chunkedUpload("/read?text", [large]);
  await connection.receive("HTTP/1.1 413");
  const caught = await upload("/caught", large);
  assert.equal(caught.status, 400);
  assert.match(caught.text, /^TypeError: .*102400/);
  assert.equal((await upload("/read?text", large.slice(1))).status, 200);
});

test("a body that was too large to read still goes to the backend, whole", async () => {
  const large = Array.from({ length: 40_000 }, (_, i) => `${i}`).join(" ");
  assert.equal((await upload("/escalated", large)).text, `got ${large.length}`);
  assert.equal(uploads.at(-1)!.text, large);
  using connection = await chunkedUpload("/escalated", [large.slice(0, 150_000), large.slice(150_000)]);
  await connection.receive(`got ${large.length}`);
  assert.equal(uploads.at(-1)!.text, large);
});

test("a body far above limits.body is read piece by piece, at most 64 KB each", async () => {
  const seen = JSON.parse((await upload("/counted", "x".repeat(5_000_000))).text) as Record<string, number>;
  assert.equal(seen.bytes, 5_000_000);
  assert.ok(seen.pieces! >= 5_000_000 / 65_536 && seen.largest! <= 65_536, JSON.stringify(seen));
});

test("a piece is with the script before the client has sent the next, and the rest need not come", async () => {
  using connection = await RawConnection.open(lodestone.address);
  connection.write("POST /some HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nfirst");
  assert.match(await connection.receive("first"), /^HTTP\/1.1 200 OK/);
});

test("onResponse may change the body on its way, of backends and of files", async () => {
  lodestone.folder.write("hooked.txt", "from a file");
  const file = await request(lodestone.url("/hooked.txt"));
  assert.deepEqual([file.text, file.headers["x-hooked"]], ["FROM A FILE", "yes"]);
  assert.notEqual(file.headers["content-length"], "0");
  const backend = await request(lodestone.url("/hooked-file"));
  assert.deepEqual([backend.text, backend.headers["x-hooked"]], ["FROM THE ORIGIN", "yes"]);
  const head = await request(lodestone.url("/hooked-file"), { method: "HEAD" });
  assert.deepEqual([head.status, head.text, head.headers["x-hooked"]], [200, "", "yes"]);
});

for (const path of ["/changed", "/uploaded"]) {
  test(`a client that leaves while its body goes through a transform ends the backend's request, and that is no error (${path})`, async () => {
    using connection = await RawConnection.open(lodestone.address);
    const { length } = origin.requests;
    connection.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nfirst`);
    await until("the backend has the request", () => origin.requests.length > length);
    connection.socket.destroy();
    const line = await lodestone.waitForLog((each) => each.path === path && Number(each.status) >= 400);
    assert.match(String(line.code), /^(body_incomplete|client_closed)$/);
    assert.equal((await request(lodestone.url("/text"))).text, "plain");
    // Those of the test above may come late.
    const errors = lodestone
      .log()
      .filter(({ level, msg }) => Number(level) >= 40 && !/memory/.test(String(msg)));
    assert.deepEqual(errors, []);
  });
}
