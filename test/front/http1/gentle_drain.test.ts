import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawClient } from "../raw_client.ts";
import { answer, eventually, startFront } from "../start_front.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

test("a connection between requests makes one more while its listener drains gently", async (t) => {
  const { connect, listener } = await startFront(t, (incoming) => answer(incoming, "ok"));
  const [used, fresh] = [await connect(), await connect()];
  used.send(GET);
  assert.doesNotMatch((await used.response()).head, /Connection/);
  await eventually(() => listener.connections === 2, "both connections");
  listener.drain(true);
  for (const client of [used, fresh]) {
    client.send(GET);
    assert.match((await client.response()).head, /Connection: close/);
    assert.equal(await client.rest(), "");
  }
  await listener.close(true);
});

test("a stop behind a gentle drain ends those between requests", async (t) => {
  const { connect, listener } = await startFront(t, (incoming) => answer(incoming, "ok"));
  const client = await connect();
  client.send(GET);
  await client.response();
  listener.drain(true);
  listener.drain();
  assert.equal(await client.rest(), "");
});

test("no request is lost while a listener drains gently under load", async (t) => {
  let asked = 0;
  // Half of the requests wait for up to 3 ms, and some of the clients for up to 4 before they ask again.
  const { connect, listener } = await startFront(t, (incoming) => {
    if (asked++ % 2 === 0) answer(incoming, "ok");
    else setTimeout(() => answer(incoming, "ok"), asked % 4);
  });
  let answered = 0;
  /** Asks until it is told that the connection ends. Rejects when a request gets no answer. */
  const ask = async (client: RawClient): Promise<void> => {
    for (;;) {
      client.send(GET);
      const { status, head } = await client.response();
      assert.equal(status, 200);
      answered++;
      if (/Connection: close/.test(head)) return;
      if (answered % 3 === 0) await new Promise((resolve) => setTimeout(resolve, answered % 5));
    }
  };
  const clients = await Promise.all(Array.from({ length: 50 }, () => connect()));
  const asking = clients.map(ask);
  await eventually(() => answered > 1_000, "some load");
  const closed = listener.close(true);
  await Promise.all(asking);
  for (const client of clients) assert.equal(await client.rest(), "");
  await closed;
});
