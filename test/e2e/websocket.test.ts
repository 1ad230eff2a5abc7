import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { MemoryWatch } from "../support/memory_watch.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { until } from "../support/until.ts";

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
