import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { MemoryWatch } from "../support/memory_watch.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { openResponse, request } from "../support/request.ts";
import { until, untilStill } from "../support/until.ts";

/** Answers that a script writes piece by piece. `/state` tells what has become of them. */
const script = (version: string): string => `
const encoder = new TextEncoder();
const gates = new Map();
const state = { pulls: 0, cancelled: "", aborted: "", written: 0, later: 0 };
/** Waits until somebody asks for /open/NAME. */
const gate = (name) => {
  const known = gates.get(name) ?? Promise.withResolvers();
  gates.set(name, known);
  return known;
};

async function* events() {
  yield "data: first ${version}\\n\\n";
  await gate("event").promise;
  gates.delete("event");
  yield "data: second ${version}\\n\\n";
}

/** More than is gathered for one entry, so that the end comes when the first pieces have been sent. */
function largePieces(end) {
  let pulls = 0;
  return new Response(new ReadableStream({
    pull(controller) {
      if (++pulls > 5) return end();
      controller.enqueue(new Uint8Array(65536).fill(65));
    },
  }));
}

const routes = {
  "/state": () => Response.json(state),
  "/text": () => new Response("plain text"),
  "/events": () =>
    new Response(ReadableStream.from(events()).pipeThrough(new TextEncoderStream()), {
      headers: { "content-type": "text/event-stream" },
    }),
  "/short": () => new Response(ReadableStream.from(["one ", "two"]).pipeThrough(new TextEncoderStream())),
  "/generated": (request) => {
    const size = Number(new URL(request.url).searchParams.get("size"));
    let sent = 0;
    return new Response(new ReadableStream({
      pull(controller) {
        state.pulls++;
        const length = Math.min(65536, size - sent);
        controller.enqueue(new Uint8Array(length).fill(state.pulls));
        sent += length;
        if (sent === size) controller.close();
      },
    }));
  },
  "/endless": (request) => {
    request.signal.addEventListener("abort", () => { state.aborted += request.signal.reason.name; });
    return new Response(new ReadableStream({
      start(controller) { controller.enqueue(encoder.encode("begin")); },
      cancel(reason) { state.cancelled += String(reason); },
    }));
  },
  "/fails": () => new Response(new ReadableStream({
    start(controller) { controller.enqueue(encoder.encode("begin")); },
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error("ran dry");
    },
  })),
  "/wrong": () => new Response(ReadableStream.from(["text is no bytes"])),
  "/burns": () => largePieces(() => {
    for (;;);
  }),
  "/burns-later": () => largePieces(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (;;);
  }),
  "/hogs": () => largePieces(() => {
    for (const all = [];;) all.push(new Array(1000).fill(all.length));
  }),
  "/later": (request, ctx) => {
    ctx.waitUntil(scheduler.wait(1000).then(() => console.log("the ${version} version has done its work")));
    return new Response("answered by ${version}");
  },
};

export default {
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/open/")) {
      gate(pathname.slice(6)).resolve();
      return new Response("opened");
    }
    return routes[pathname](request, ctx);
  },
};
`;

const neighbour = `export default () => new Response("fine");`;

let lodestone: Lodestone;

before(async () => {
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: [neighbour.test]
    scripts: [neighbour.js]
  - hosts: [hog.test]
    scripts: [site.js]
    limits: { memory: 16mb, cpu: 10s }
  - hosts: ["*"]
    scripts: [site.js]
    limits: { cpu: 200ms }
http: { idleTimeout: 3s }
`,
    scripts: { "site.js": script("first"), "neighbour.js": neighbour },
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
});

const text = async (path: string, host?: string): Promise<string> =>
  (await request(lodestone.url(path), host === undefined ? {} : { host })).text;

interface State {
  readonly pulls: number;
  readonly cancelled: string;
  readonly aborted: string;
}

const state = async (): Promise<State> => JSON.parse(await text("/state")) as State;

async function send(path: string, host = "x"): Promise<RawConnection> {
  const connection = await RawConnection.open(lodestone.address);
  connection.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  return connection;
}

test("the first event is with the client before the second is written", async () => {
  using connection = await send("/events");
  const first = await connection.receive("data: first first\n\n");
  assert.match(first, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(first, /\r\ntransfer-encoding: chunked\r\n/i);
  assert.doesNotMatch(first, /second/);
  await text("/open/event");
  assert.match(await connection.receive("0\r\n\r\n"), /data: second first\n\n\r\n0\r\n\r\n$/);
});

test("connections are kept after streamed answers, and requests sent all at once are answered in their order", async () => {
  using connection = await RawConnection.open(lodestone.address);
  const requests = ["/short", "/text", "/short", "/text"].map(
    (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  connection.write(requests.join(""));
  await until("four answers", () => connection.received.split("plain text").length === 3);
  const bodies = connection.received.replaceAll(/HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)+\r\n/g, "|");
  assert.match(
    bodies,
    /^\|(4\r\none \r\n3\r\ntwo|7\r\none two)\r\n0\r\n\r\n\|plain text\|[^|]*\|plain text$/,
  );
  assert.equal(connection.closed, false);
});

test("the answer to HEAD has no body, and the stream is cancelled", async () => {
  using connection = await RawConnection.open(lodestone.address);
  connection.write("HEAD /endless HTTP/1.1\r\nHost: x\r\n\r\nGET /text HTTP/1.1\r\nHost: x\r\n\r\n");
  const received = await connection.receive("plain text");
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n(?:[^\r]+\r\n)+\r\nHTTP\/1\.1 200 OK\r\n/);
  assert.doesNotMatch(received, /begin/);
  await until("the stream is cancelled", async () => (await state()).cancelled !== "");
  assert.equal((await state()).aborted, "", "the client is still there");
});

test("a client of HTTP/1.0 gets the body as it is, ended by the end of the connection", async () => {
  using connection = await RawConnection.open(lodestone.address);
  connection.write("GET /short HTTP/1.0\r\nHost: x\r\n\r\n");
  const received = await connection.receiveAll();
  assert.doesNotMatch(received, /transfer-encoding/i);
  assert.match(received, /\r\n\r\none two$/);
});

test("a slow client holds the script back, and 200 MB take no memory", async (t) => {
  const size = 200 * 2 ** 20;
  const { pulls: before } = await state();
  using memory = new MemoryWatch(lodestone.pid);
  const response = await openResponse(lodestone.url(`/generated?size=${size}`));
  response.pause();
  const pulls = await untilStill("the number of pulls", await polled(async () => (await state()).pulls));
  t.diagnostic(`${pulls - before} pieces of 64 KB before the script is held back`);
  // What kernel and process hold on both sides of a connection.
  assert.ok(pulls - before < 200, `${pulls - before} pieces of 64 KB were pulled`);
  let received = 0;
  let piece = before + 1;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    // Every piece is of one byte, the number of its pull.
    if (received % 65_536 === 0) piece = before + 1 + received / 65_536;
    assert.equal(chunk[0], (before + 1 + Math.floor(received / 65_536)) & 255, `piece ${piece}`);
    received += chunk.length;
  }
  assert.equal(received, size);
  t.diagnostic(String(memory));
  assert.ok(memory.growth < 120 * 2 ** 20, String(memory));
});

/** A value that is asked for again and again; gives the newest. */
async function polled(ask: () => Promise<number>): Promise<() => number> {
  let value = await ask();
  return () => {
    void ask().then((newest) => {
      value = newest;
    });
    return value;
  };
}

test("a client that leaves ends the stream: cancel() is called with a reason, and request.signal aborts", async () => {
  const before = await state();
  using connection = await send("/endless");
  await connection.receive("begin");
  connection.socket.destroy();
  await until("the request is aborted", async () => (await state()).aborted !== before.aborted);
  const { cancelled, aborted } = await state();
  assert.match(
    cancelled.slice(before.cancelled.length),
    /^(AbortError: nobody wants more of this body|TypeError: .*client has left.*)$/,
  );
  assert.equal(aborted.slice(before.aborted.length), "AbortError");
});

test("a stream that fails cuts the answer off: it is never completed, and the log says why", async () => {
  for (const [path, why] of [
    ["/fails", /ran dry/],
    ["/wrong", /must be a Uint8Array/],
  ] as const) {
    using connection = await send(path);
    const received = await connection.receiveAll();
    assert.doesNotMatch(received, /\r\n0\r\n\r\n$/);
    assert.doesNotMatch(received, why);
    const line = await lodestone.waitForLog(({ level, msg }) => level === 50 && why.test(String(msg)));
    assert.match(String(line.msg), /body/);
  }
  using old = await RawConnection.open(lodestone.address);
  old.write("GET /fails HTTP/1.0\r\nHost: x\r\n\r\n");
  let reset = false;
  old.socket.on("error", (error: NodeJS.ErrnoException) => {
    reset = error.code === "ECONNRESET";
  });
  await until("the connection breaks", () => old.closed);
  assert.ok(reset, "a client of HTTP/1.0 would take the end for that of the body");
});

for (const [what, path] of [
  ["the CPU limit strikes while a body is written", "/burns"],
  ["the CPU limit strikes in a timer that a body waits for, so that nothing comes any more", "/burns-later"],
] as const) {
  test(`${what}: the client sees it cut off, others see nothing`, async () => {
    using connection = await send(path);
    await connection.receive("A".repeat(1000));
    using other = await send("/events");
    await other.receive("data: first");
    assert.equal(await text("/", "neighbour.test"), "fine");
    assert.equal(await text("/text"), "plain text");
    await text("/open/event");
    await other.receive("0\r\n\r\n");
    assert.doesNotMatch(await connection.receiveAll(), /\r\n0\r\n\r\n$/);
    assert.equal(await text("/text"), "plain text");
  });
}

test("an isolate that dies while bodies are written cuts them off, and the next request has a new one", async () => {
  using other = await send("/endless", "hog.test");
  await other.receive("begin");
  using connection = await send("/hogs", "hog.test");
  assert.doesNotMatch(await connection.receiveAll(), /\r\n0\r\n\r\n$/);
  assert.doesNotMatch(await other.receiveAll(), /\r\n0\r\n\r\n$/);
  assert.equal(await text("/", "neighbour.test"), "fine");
  await lodestone.waitForLog(({ msg }) => /memory/.test(String(msg)));
  assert.equal(await text("/text", "hog.test"), "plain text");
});

test("a reload lets the old version finish what it writes, and what it was given to wait for", async () => {
  using connection = await send("/events");
  await connection.receive("data: first first");
  assert.equal(await text("/later"), "answered by first");
  writeFileSync(join(lodestone.folder.path, "site.js"), script("second"));
  using newer = await RawConnection.open(lodestone.address);
  await until("the new version answers", async () => (await text("/later")) === "answered by second");
  newer.write("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  await newer.receive("data: first second");
  // Nobody can reach the gates of the old version; its client leaves, and it ends.
  assert.doesNotMatch(connection.received, /data: second/);
  connection.socket.destroy();
  for (const version of ["first", "second"]) {
    await lodestone.waitForLog(({ msg }) => String(msg).includes(`the ${version} version has done its work`));
  }
  await text("/open/event");
  await newer.receive("data: second second");
});
