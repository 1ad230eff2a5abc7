import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import test from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { MemoryWatch } from "../support/memory_watch.ts";
import { startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { until, untilStill } from "../support/until.ts";

/** A WebSocket server that says everything it hears once more. */
class EchoServer implements AsyncDisposable {
  readonly sockets: WebSocket[] = [];
  readonly requests: http.IncomingMessage[] = [];
  readonly #http = http.createServer((_, response) => response.end("no socket"));
  readonly #server: WebSocketServer;

  /** `refuse` gives a status to refuse with, undefined for none. */
  constructor(refuse: (request: http.IncomingMessage) => number | undefined = () => undefined) {
    this.#server = new WebSocketServer({
      server: this.#http,
      verifyClient: ({ req }, done) => {
        this.requests.push(req);
        const status = refuse(req);
        done(status === undefined, status);
      },
    });
    this.#server.on("connection", (socket) => {
      this.sockets.push(socket);
      socket.on("error", () => {});
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
  }

  async listen(): Promise<string> {
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, "close");
  }
}

async function open(
  lodestone: Lodestone,
  path = "/",
  headers: Record<string, string> = {},
): Promise<WebSocket> {
  const socket = new WebSocket(lodestone.url(path).replace("http:", "ws:"), { headers });
  await once(socket, "open");
  return socket;
}

async function answerOf(socket: WebSocket): Promise<{ data: Buffer; isBinary: boolean }> {
  const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
  return { data, isBinary };
}

/** The status of a refused upgrade. */
async function refusal(lodestone: Lodestone, path: string): Promise<number> {
  const socket = new WebSocket(lodestone.url(path).replace("http:", "ws:"));
  socket.on("error", () => {});
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, http.IncomingMessage];
  response.resume();
  return response.statusCode!;
}

const config = (backend: string, more = ""): string => `
workers: 1
sites:
  - hosts: ["*"]
    backend: ${backend}
${more}`;

test("texts and bytes pass in both directions, small and large, and the log tells of it at the end", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  const socket = await open(lodestone, "/chat?room=1");
  socket.send("grüße");
  const text = await answerOf(socket);
  assert.deepEqual([text.data.toString(), text.isBinary], ["grüße", false]);
  const large = randomBytes(1_000_000);
  socket.send(large);
  const binary = await answerOf(socket);
  assert.ok(binary.isBinary && binary.data.equals(large));
  const [request] = server.requests;
  assert.equal(request!.url, "/chat?room=1");
  assert.equal(request!.headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(
    lodestone.log().some((line) => line.path === "/chat"),
    false,
  );
  socket.close(4001, "enough");
  const [code, reason] = (await once(socket, "close")) as [number, Buffer];
  assert.deepEqual([code, String(reason)], [4001, "enough"]);
  const line = await lodestone.waitForLog((entry) => entry.path === "/chat");
  assert.deepEqual([line.status, line.by, line.code], [101, "backend", undefined]);
  assert.ok(Number(line.bytes) > 1_000_000, JSON.stringify(line));
});

test("the server may end first", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  const socket = await open(lodestone);
  server.sockets[0]!.close(4002);
  const [code] = (await once(socket, "close")) as [number];
  assert.equal(code, 4002);
  const line = await lodestone.waitForLog((entry) => entry.status === 101);
  assert.equal(line.code, undefined);
});

test("a backend that refuses is an ordinary answer, and so is one that knows no upgrades", async () => {
  await using server = new EchoServer(() => 403);
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  assert.equal(await refusal(lodestone, "/secret"), 403);
  const line = await lodestone.waitForLog((entry) => entry.path === "/secret");
  assert.deepEqual([line.status, line.by], [403, "backend"]);
});

const site = (backend: string): string => `
workers: 1
sites:
  - hosts: ["*"]
    backend: ${backend}
    scripts: [site.ts]
`;

test("scripts rewrite and deny, see the offer and may withdraw it; onResponse sees no 101", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({
    config: site(await server.listen()),
    scripts: {
      "site.ts": `
        export default (request: Request) => {
          if (request.headers.get("upgrade") !== "websocket") return 400;
          if (request.path === "/denied") return 403;
          if (request.path === "/withdrawn") request.headers.delete("upgrade");
          if (request.path === "/again") return new Request(request, { headers: request.headers });
          request.path = "/rooms" + request.path;
        };
        export const onResponse = (response: Response, request: Request) => {
          response.headers.set("x-seen", String(response.status));
        };`,
    },
  });
  const socket = new WebSocket(lodestone.url("/one").replace("http:", "ws:"));
  const opened = once(socket, "open");
  const [response] = (await once(socket, "upgrade")) as [http.IncomingMessage];
  assert.equal(response.headers["x-seen"], undefined);
  assert.equal(server.requests[0]!.url, "/rooms/one");
  await opened;
  socket.send("hello");
  assert.equal(String((await answerOf(socket)).data), "hello");
  socket.terminate();
  assert.equal(await refusal(lodestone, "/denied"), 403);
  // The backend gets an ordinary request, and answers it.
  assert.equal(await refusal(lodestone, "/withdrawn"), 200);
});

test("return fetch(request) passes an upgrade through", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({
    config: site(await server.listen()),
    scripts: {
      "site.ts": `
        export default async (request: Request) => {
          const response = await fetch(request);
          console.log("status", response.status);
          if (request.path === "/dropped") return 403;
          return response;
        };`,
    },
  });
  const socket = await open(lodestone, "/through");
  socket.send("hello");
  assert.equal(String((await answerOf(socket)).data), "hello");
  await lodestone.waitForLog((entry) => String(entry.msg).includes("status 101"));
  socket.close();
  await once(socket, "close");
  assert.equal(await refusal(lodestone, "/dropped"), 403);
  await until(
    "the backend's side of the dropped one ends",
    () => server.sockets[1]?.readyState === WebSocket.CLOSED,
  );
});

test("a client that does not read stops the server, and memory stays where it was", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  const socket = await open(lodestone);
  socket.send("warm");
  await answerOf(socket);
  socket.pause();
  using memory = new MemoryWatch(lodestone.pid);
  const [far] = server.sockets;
  const piece = Buffer.alloc(1_000_000, 7);
  const pieces = 100;
  for (let i = 0; i < pieces; i++) far!.send(piece);
  const waiting = await untilStill("what waits at the server", () => far!.bufferedAmount);
  assert.ok(waiting > 60_000_000, `${waiting} bytes wait at the server`);
  assert.ok(memory.growth < 30_000_000, String(memory));
  let received = 0;
  socket.on("message", (data: Buffer) => {
    received += data.length;
  });
  socket.resume();
  await until("all of it arrives", () => received === pieces * piece.length, { timeout: 30_000 });
  socket.terminate();
});

test("a server that does not read stops the client", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  const socket = await open(lodestone);
  server.sockets[0]!.pause();
  using memory = new MemoryWatch(lodestone.pid);
  socket.on("error", () => {});
  for (let i = 0; i < 100; i++) socket.send(Buffer.alloc(1_000_000));
  const waiting = await untilStill("what waits at the client", () => socket.bufferedAmount);
  assert.ok(waiting > 60_000_000, `${waiting} bytes wait at the client`);
  assert.ok(memory.growth < 30_000_000, String(memory));
  server.sockets[0]!.terminate();
  await once(socket, "close");
});

test("a tunnel in which nothing moves is closed, one that moves now and then is not", async () => {
  await using server = new EchoServer();
  const limits = "http: { tunnelTimeout: 1s }";
  await using lodestone = await startLodestone({ config: config(await server.listen(), limits) });
  const silent = await open(lodestone, "/silent");
  const busy = await open(lodestone, "/busy");
  const ticks = setInterval(() => busy.send("tick"), 300);
  const begun = performance.now();
  await once(silent, "close");
  assert.ok(performance.now() - begun > 900);
  const line = await lodestone.waitForLog((entry) => entry.path === "/silent");
  assert.deepEqual([line.status, line.code], [101, "tunnel_idle"]);
  // Five ticks last longer than a tunnel may be silent.
  let answers = 0;
  busy.on("message", () => answers++);
  await until("the busy one goes on", () => answers === 5);
  clearInterval(ticks);
  busy.terminate();
  await until("the server hears of both ends", () =>
    server.sockets.every((far) => far.readyState === WebSocket.CLOSED),
  );
});

test("a stop lets tunnels go on until drainTimeout, and then cuts them off", async () => {
  await using server = new EchoServer();
  const lodestone = await startLodestone({ config: config(await server.listen(), "drainTimeout: 1500ms") });
  const socket = await open(lodestone, "/chat");
  socket.on("error", () => {});
  const stopped = performance.now();
  process.kill(lodestone.pid, "SIGTERM");
  await until("nobody is accepted any more", () =>
    RawConnection.open(lodestone.address).then(
      (raw) => raw[Symbol.dispose](),
      () => true,
    ),
  );
  socket.send("still there");
  assert.equal(String((await answerOf(socket)).data), "still there");
  await once(socket, "close");
  assert.ok(performance.now() - stopped >= 1_400);
  const line = await lodestone.waitForLog((entry) => entry.path === "/chat");
  assert.deepEqual([line.status, line.code], [101, "cut_off"]);
  await lodestone.ended();
});

test("what a client sends behind a refused offer is never a request", async () => {
  await using server = new EchoServer(() => 403);
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  using raw = await RawConnection.open(lodestone.address);
  raw.write(
    "GET /offer HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  const received = await raw.receiveAll();
  assert.equal(received.match(/HTTP\/1\.1 /g)?.length, 1, received);
  assert.match(received, /^HTTP\/1\.1 403 .*connection: close/is);
  await lodestone.waitForLog((entry) => entry.path === "/offer");
  assert.equal(server.requests.length, 1);
});

test("what leads to HTTP again is never offered to a backend", async () => {
  await using origin = await startOrigin((_, response) => response.end("plain"));
  await using lodestone = await startLodestone({ config: config(origin.url) });
  for (const offer of ["h2c", "H2C", "HTTP/2.0", "TLS/1.2", "h2c, h2c"]) {
    using raw = await RawConnection.open(lodestone.address);
    raw.write(
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${offer}\r\nHTTP2-Settings: AAMAAABk\r\n\r\n` +
        "GET /next HTTP/1.1\r\nHost: a\r\nHTTP2-Settings: AAMAAABk\r\nConnection: close\r\n\r\n",
    );
    assert.equal((await raw.receiveAll()).match(/plain/g)?.length, 2, offer);
  }
  assert.equal(origin.requests.length, 10);
  for (const { headers } of origin.requests) {
    assert.deepEqual([headers.upgrade, headers["http2-settings"]], [undefined, undefined]);
    assert.doesNotMatch(headers.connection ?? "", /upgrade|http2/i);
  }
});

test("a backend that accepts and ends, breaks or says nothing more leaves no client waiting", async () => {
  const accepted = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const endings: ((socket: Socket) => void)[] = [
    (socket) => socket.end(`${accepted}bye`),
    (socket) => socket.write(accepted, () => socket.resetAndDestroy()),
    (socket) => socket.write(accepted),
    (socket) => socket.end(accepted.replace("websocket", "other")),
    (socket) => socket.end("HTTP/1.1 101 Switching"),
  ];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (head) => endings[Number(/\d/.exec(String(head)))]!(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const limits = "http: { tunnelTimeout: 500ms }";
  await using lodestone = await startLodestone({ config: config(`http://127.0.0.1:${port}`, limits) });
  const answers = [
    /^HTTP\/1\.1 101 .*\r\n\r\nbye$/s,
    /^(?:HTTP\/1\.1 101 .*)?$/s,
    /^HTTP\/1\.1 101 /,
    /^HTTP\/1\.1 502 /,
    /^HTTP\/1\.1 502 /,
  ];
  for (const [index, answer] of answers.entries()) {
    using raw = await RawConnection.open(lodestone.address);
    raw.write(`GET /${index} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    assert.match(await raw.receiveAll(), answer, String(index));
  }
  server.close();
});

test("a reload of the configuration leaves a WebSocket where it is", async () => {
  await using server = new EchoServer();
  await using lodestone = await startLodestone({ config: config(await server.listen()) });
  const socket = await open(lodestone);
  const before = lodestone.workers();
  process.kill(lodestone.pid, "SIGHUP");
  await lodestone.waitForLog(({ msg }) => msg === "reloaded");
  const second = await open(lodestone);
  for (const each of [socket, second]) {
    each.send("still there");
    assert.equal(String((await answerOf(each)).data), "still there");
  }
  socket.terminate();
  // It was all that the former worker was kept for.
  const ended = await lodestone.waitForLog(({ msg }) => msg === "worker ended");
  assert.deepEqual([ended.worker, ended.reason], [before[0], "exit code 0"]);
  second.terminate();
});

test("interim responses of a backend go on to the client as they come", async () => {
  let finish: (() => void) | undefined;
  await using origin = await startOrigin((_, response) => {
    finish = () => response.end("final");
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
  });
  await using lodestone = await startLodestone({ config: config(origin.url) });
  const outgoing = http.request(lodestone.url("/"), { agent: false });
  outgoing.end();
  const [hints] = (await once(outgoing, "information")) as [http.InformationEvent];
  assert.deepEqual([hints.statusCode, hints.headers.link], [103, "</style.css>; rel=preload; as=style"]);
  finish!();
  const [response] = (await once(outgoing, "response")) as [http.IncomingMessage];
  assert.equal(Buffer.concat(await response.toArray()).toString(), "final");
});
