import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { RawClient } from "./raw_client.ts";
import { eventually } from "./start_front.ts";

const TEST = new URL(".", import.meta.url).href.slice(0, -1);
const CORE = new URL("../../core", import.meta.url).href;
/** A server whose process may open few files. */
const SERVER = `
import { Listener } from "${CORE}/front/listener.ts";
import { frontOptions } from "${TEST}/start_front.ts";
import { HeaderList } from "${CORE}/http/header_list.ts";
import { TimerWheel } from "${CORE}/http/timer_wheel.ts";
const listener = new Listener(frontOptions({
  timers: new TimerWheel({ tick: 100 }),
  handler: (incoming) => incoming.respond({ status: 200, headers: HeaderList.empty() }, "ok"),
}));
await listener.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
console.log(listener.address.port);
`;

test("a listener survives running out of file descriptors", async (t) => {
  const command = 'ulimit -n 48; exec "$0" --input-type=module -e "$1"';
  const child = spawn("sh", ["-c", command, process.execPath, SERVER], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const [port] = await once(child.stdout, "data");
  const address = { kind: "tcp", host: "127.0.0.1", port: Number(port) } as const;
  const clients: RawClient[] = [];
  t.after(() => {
    for (const client of clients) client.close();
  });
  for (let i = 0; i < 60; i++) clients.push(await RawClient.connect(address));
  await eventually(
    () => clients.some((client) => client.isClosed || client.hasEnded),
    "a refused connection",
  );
  const first = clients[0]!;
  first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.equal((await first.response()).body, "ok");
  for (const client of clients.splice(0)) client.close();
  let body = "";
  for (let attempt = 0; body !== "ok" && attempt < 50; attempt++) {
    const client = await RawClient.connect(address);
    clients.push(client);
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await client.until(() => client.isClosed || client.hasEnded, "the end");
    if (client.received.endsWith("ok")) body = "ok";
  }
  assert.equal(body, "ok");
  assert.equal(child.exitCode, null);
});
