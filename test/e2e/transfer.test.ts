import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, openSync, truncateSync, writeSync } from "node:fs";
import http from "node:http";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import test, { type TestContext } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { MemoryWatch } from "../support/memory_watch.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { PatternCheck, sendPattern } from "../support/pattern.ts";
import { openResponse, request } from "../support/request.ts";
import { until, untilStill } from "../support/until.ts";

const gigabyte = 2 ** 30;
const megabyte = 2 ** 20;

/** Bytes the whole process tree may grow by while a body passes, however long it is. */
const allowedGrowth = 160 * megabyte;
/** Bytes that may be under way when a receiver stalls: the kernel's buffers on both sides, and the proxy's. */
const allowedInFlight = 32 * megabyte;

function serve(origin: Origin | undefined, files?: Record<string, string>): Promise<Lodestone> {
  return startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    root: www
${origin === undefined ? "" : `    backend: origin\nbackends:\n  origin: ${origin.url}`}
`,
    scripts: {
      "site.ts": `
import { site } from "lodestone";
export default (request: Request) => {
  if (request.path === "/sparse") return Response.file(site.root + "/sparse.bin");
  if (request.path === "/warm") return new Response("warm");
};`,
    },
    files: { "www/index.html": "", ...files },
  });
}

/** Begins watching once the proxy has started up for good. */
async function watch(lodestone: Lodestone): Promise<MemoryWatch> {
  for (let i = 0; i < 50; i++) assert.equal((await request(lodestone.url("/warm"))).text, "warm");
  return new MemoryWatch(lodestone.pid);
}

function report(t: TestContext, what: string, bytes: number, started: number, memory: MemoryWatch): void {
  const speed = bytes / megabyte / ((performance.now() - started) / 1000);
  t.diagnostic(`${what}: ${speed.toFixed(0)} MB/s, ${memory}`);
}

async function receive(response: http.IncomingMessage): Promise<number> {
  const check = new PatternCheck();
  response.on("data", (chunk: Buffer) => check.take(chunk));
  await once(response, "end");
  return check.received;
}

test("1 GB comes from a backend while memory stays flat", async (t: TestContext) => {
  await using origin = await startOrigin((_, response) => {
    response.setHeader("Content-Length", gigabyte);
    void sendPattern(response, gigabyte);
  });
  await using lodestone = await serve(origin);
  using memory = await watch(lodestone);
  const started = performance.now();
  const received = await receive(await openResponse(lodestone.url("/download")));
  assert.equal(received, gigabyte);
  report(t, "download", gigabyte, started, memory);
  assert.ok(memory.growth < allowedGrowth, `${memory}`);
});

test("1 GB goes to a backend while memory stays flat", async (t: TestContext) => {
  await using origin = await startOrigin(async (incoming, response) => {
    response.end(String(await receive(incoming)));
  });
  await using lodestone = await serve(origin);
  using memory = await watch(lodestone);
  const started = performance.now();
  const upload = http.request(lodestone.url("/upload"), {
    method: "PUT",
    headers: { "Content-Length": gigabyte },
    agent: false,
  });
  const responded = once(upload, "response") as Promise<[http.IncomingMessage]>;
  await Promise.all([responded, sendPattern(upload, gigabyte)]);
  const [response] = await responded;
  assert.equal(response.statusCode, 200);
  assert.equal((await response.setEncoding("utf8").toArray()).join(""), String(gigabyte));
  report(t, "upload", gigabyte, started, memory);
  assert.ok(memory.growth < allowedGrowth, `${memory}`);
});

test("a static file of 1 GB is sent while memory stays flat", async (t: TestContext) => {
  await using lodestone = await serve(undefined, { "www/sparse.bin": "begin" });
  const path = `${lodestone.folder.path}/www/sparse.bin`;
  truncateSync(path, gigabyte - 3);
  const file = openSync(path, "a");
  writeSync(file, "end");
  closeSync(file);
  using memory = await watch(lodestone);
  const started = performance.now();
  const response = await openResponse(lodestone.url("/sparse"));
  assert.equal(response.headers["content-length"], String(gigabyte));
  let received = 0;
  let last: Buffer = Buffer.alloc(0);
  response.on("data", (chunk: Buffer) => {
    if (received === 0) assert.equal(chunk.toString("latin1", 0, 5), "begin");
    received += chunk.length;
    last = chunk.length >= 3 ? chunk : Buffer.concat([last, chunk]);
  });
  await once(response, "end");
  assert.equal(received, gigabyte);
  assert.equal(last.toString("latin1").slice(-3), "end");
  report(t, "static file", gigabyte, started, memory);
  assert.ok(memory.growth < allowedGrowth, `${memory}`);
});

test("a client that stops reading makes the backend wait, and gets everything once it goes on", async (t: TestContext) => {
  const size = 256 * megabyte;
  let sent = 0;
  await using origin = await startOrigin((_, response) => {
    response.setHeader("Content-Length", size);
    void sendPattern(response, size, (bytes) => {
      sent = bytes;
    });
  });
  await using lodestone = await serve(origin);
  using memory = await watch(lodestone);
  const response = await openResponse(lodestone.url("/download"));
  const check = new PatternCheck();
  response.on("data", (chunk: Buffer) => {
    check.take(chunk);
    if (check.received >= 65_536 && check.received - chunk.length < 65_536) response.pause();
  });
  await until("the client has its first bytes", () => response.isPaused());
  const stalled = await untilStill("what the backend could send", () => sent);
  t.diagnostic(`backend stalled after ${(stalled / megabyte).toFixed(1)} MB, ${memory}`);
  assert.ok(stalled < allowedInFlight, `${stalled} bytes are under way`);
  assert.ok(memory.growth < allowedInFlight + 16 * megabyte, `${memory}`);
  response.resume();
  await once(response, "end");
  assert.equal(check.received, size);
});

test("a backend that stops reading makes the client wait, and gets everything once it goes on", async (t: TestContext) => {
  const size = 256 * megabyte;
  const check = new PatternCheck();
  let incoming: http.IncomingMessage | undefined;
  await using origin = await startOrigin((message, response) => {
    incoming = message;
    message.on("data", (chunk: Buffer) => {
      check.take(chunk);
      if (check.received >= 65_536 && check.received - chunk.length < 65_536) message.pause();
    });
    message.on("end", () => response.end("all of it"));
  });
  await using lodestone = await serve(origin);
  using memory = await watch(lodestone);
  const upload = http.request(lodestone.url("/upload"), {
    method: "PUT",
    headers: { "Content-Length": size },
    agent: false,
  });
  const responded = once(upload, "response") as Promise<[http.IncomingMessage]>;
  let sent = 0;
  const sending = sendPattern(upload, size, (bytes) => {
    sent = bytes;
  });
  await until("the backend has its first bytes", () => incoming?.isPaused());
  const stalled = await untilStill("what the client could send", () => sent);
  t.diagnostic(`client stalled after ${(stalled / megabyte).toFixed(1)} MB, ${memory}`);
  assert.ok(stalled < allowedInFlight, `${stalled} bytes are under way`);
  assert.ok(memory.growth < allowedInFlight + 16 * megabyte, `${memory}`);
  incoming!.resume();
  await sending;
  const [response] = await responded;
  assert.equal(response.statusCode, 200);
  assert.equal(check.received, size);
  response.resume();
});

/** Reads like `receive`; a hesitant one takes a break whenever it has got something. */
async function receiveAt(pace: "at once" | "hesitantly", url: string): Promise<number> {
  const response = await openResponse(url);
  const check = new PatternCheck();
  response.on("data", (chunk: Buffer) => {
    check.take(chunk);
    if (pace === "at once") return;
    response.pause();
    setImmediate(() => setImmediate(() => response.resume()));
  });
  await once(response, "end");
  return check.received;
}

test("bodies stay whole when clients of every pace share the memory that they pass through", async () => {
  const size = 12 * megabyte + 17;
  await using origin = await startOrigin((incoming, response) => {
    if (incoming.url === "/counted") response.setHeader("Content-Length", size);
    void sendPattern(response, size);
  });
  const pattern = new PassThrough();
  const [bytes] = await Promise.all([buffer(pattern), sendPattern(pattern, size)]);
  await using lodestone = await serve(origin);
  lodestone.folder.write("www/pattern.bin", bytes);
  const receivers = ["/counted", "/chunked", "/pattern.bin"].flatMap((path) =>
    (["at once", "hesitantly"] as const).flatMap((pace) =>
      [1, 2, 3].map(() => receiveAt(pace, lodestone.url(path))),
    ),
  );
  assert.deepEqual(
    await Promise.all(receivers),
    Array.from({ length: 18 }, () => size),
  );
});
