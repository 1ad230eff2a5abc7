import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { SharedReads } from "../../../core/front/http1/shared_reads.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { answer, eventually, readBody, startFront } from "../start_front.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/** A socket that a server has accepted, and its client. */
async function accepted(t: TestContext): Promise<{ socket: Socket; client: Socket }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as { port: number }).port);
  const [socket] = (await once(server, "connection")) as [Socket];
  t.after(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  return { socket, client };
}

test("sockets of this Node are read into the memory that all share", async (t) => {
  const { socket, client } = await accepted(t);
  const taken: Buffer[] = [];
  const events: Buffer[] = [];
  assert.equal(
    new SharedReads().attach(socket, (bytes) => taken.push(bytes)),
    true,
  );
  socket.on("data", (chunk: Buffer) => events.push(chunk));
  client.write("first");
  await eventually(() => taken.length === 1, "the first bytes");
  assert.equal(taken[0]!.toString(), "first");
  client.write("other");
  await eventually(() => taken.length === 2, "more bytes");
  assert.equal(taken[0]!.toString(), "other", "the same memory");
  assert.equal(events.length, 0);
});

test("a socket that Node reads in another way is left to its events", async (t) => {
  const { socket } = await accepted(t);
  const reads = new SharedReads();
  const take = () => assert.fail("taken");
  assert.equal(reads.attach(new Socket(), take), false, "one without a handle");
  assert.equal(reads.attach(socket, take), true);
  assert.equal(reads.attach(socket, take), false, "one that is read so already");
});

test("what one client has sent is not touched by what others send, however it is split", async (t) => {
  const waiting: Incoming[] = [];
  const { connect } = await startFront(t, (incoming) => {
    if (incoming.head.method === "GET") answer(incoming, incoming.head.headers.get("x") ?? "");
    else waiting.push(incoming);
  });
  const other = await connect();
  const noise = async (): Promise<void> => {
    other.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"n".repeat(1_500)}\r\n\r\n`);
    assert.equal((await other.response()).body, "n".repeat(1_500));
  };
  const client = await connect();
  client.send("POST / HTTP/1.1\r\nHo");
  await noise();
  client.send(`st: a\r\nX: kept\r\nContent-Length: 8\r\n\r\n1234`);
  await eventually(() => waiting.length === 1, "the request");
  await noise();
  client.send(`5678${GET}GET / HTTP/1.1\r\nHost: a\r\nX: behind\r\n`);
  await noise();
  await noise();
  assert.equal(waiting[0]!.head.headers.get("x"), "kept");
  answer(waiting[0]!, (await readBody(waiting[0]!.body)).toString());
  assert.equal((await client.response()).body, "12345678");
  assert.equal((await client.response()).body, "");
  await noise();
  client.send("\r\n");
  assert.equal((await client.response()).body, "behind");
});

test("requests that come together in one read are answered one after the other", async (t) => {
  const waiting: Incoming[] = [];
  const { connect } = await startFront(t, (incoming) => {
    waiting.push(incoming);
  });
  const [client, other] = [await connect(), await connect()];
  client.send(
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  for (const path of ["/1", "/2", "/3"]) {
    await eventually(() => waiting.some(({ head }) => head.path === path), path);
    other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => waiting.at(-1)!.head.path === "/other", "the other client's request");
    answer(waiting.at(-1)!, "other");
    await other.response();
    answer(waiting.find(({ head }) => head.path === path)!, path);
    assert.equal((await client.response()).body, path);
  }
});

test("a body that is read at once keeps what came together with its head", async (t) => {
  const { connect } = await startFront(t, (incoming) => {
    void readBody(incoming.body).then((body) => answer(incoming, body.toString()));
  });
  const [client, other] = [await connect(), await connect()];
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n1234");
  for (let i = 0; i < 3; i++) {
    other.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${"n".repeat(100)}`);
    assert.equal((await other.response()).body, "n".repeat(100));
  }
  client.send("5678");
  assert.equal((await client.response()).body, "12345678");
});
