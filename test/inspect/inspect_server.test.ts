import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { InspectServer } from "../../core/inspect/inspect_server.ts";

const HOST = "127.0.0.1";

/** Long enough for one attempt at a port, and shorter than the wait for the next. Nothing tells of it. */
const anAttempt = () => new Promise((resolve) => setTimeout(resolve, 30));

test("the inspector waits for the port of the worker before", async (t) => {
  const before = createServer().listen(0, HOST);
  await once(before, "listening");
  const { port } = before.address() as AddressInfo;
  const server = new InspectServer([]);
  t.after(() => server.close());
  const listening = server.listen(HOST, port);
  await anAttempt();
  before.close();
  assert.equal(await listening, `${HOST}:${port}`);
  const socket = connect(port, HOST);
  await once(socket, "connect");
  socket.destroy();
});

for (const [moment, attempted] of [
  ["before its first attempt", () => undefined],
  ["between its attempts", anAttempt],
] as const) {
  test(`an inspector that is closed ${moment} to have its port never takes it`, async (t) => {
    const before = createServer().listen(0, HOST);
    await once(before, "listening");
    const { port } = before.address() as AddressInfo;
    const server = new InspectServer([]);
    t.after(() => server.close());
    const listening = server.listen(HOST, port);
    await attempted();
    server.close();
    before.close();
    assert.equal(await listening, undefined);
    const after = createServer().listen(port, HOST);
    await once(after, "listening");
    after.close();
  });
}
