import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import {
  FRAME,
  frame,
  headerBlock,
  headers,
  hpackInteger,
  hpackText,
  request,
  uint32,
} from "../../support/http2_frames.ts";
import { type Lodestone, startLodestone } from "../../support/lodestone.ts";
import { processTree, treeCpu } from "../../support/process_tree.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { until } from "../../support/until.ts";
import { Neighbour } from "../neighbour.ts";

const config = `
workers: 1
drainTimeout: 1s
log: { access: false }
sites: [{ hosts: ["*"], scripts: [site.ts], root: www }]`;
const scripts = {
  "site.ts": `export default async (request) => {
    if (request.path === "/slow") await new Promise((resolve) => setTimeout(resolve, 1000));
    if (!request.path.startsWith("/large")) return new Response("hello");
  };`,
};

/** HEADERS and RST_STREAM of 10,000 streams. */
const RESETS = Buffer.concat(
  Array.from({ length: 10_000 }, (_, index) => [
    headers(1 + 2 * index, request({ ":path": "/slow" })),
    frame(FRAME.reset, 0, 1 + 2 * index, uint32(8)),
  ]).flat(),
);

const BOMB = frame(
  FRAME.headers,
  5,
  1,
  Buffer.concat([
    headerBlock(request()),
    Buffer.from([0x40]),
    hpackText("x-large"),
    hpackText("y".repeat(4000)),
    Buffer.alloc(10_000, hpackInteger(62, 7, 0x80)),
  ]),
);

const attacks: [what: string, sessions: number, isEnded: boolean, bytes: Buffer][] = [
  ["rapid reset, 10,000 streams a session", 10, true, RESETS],
  [
    "pings, 20,000 a session",
    10,
    true,
    Buffer.concat(Array(20_000).fill(frame(FRAME.ping, 0, 0, "12345678"))),
  ],
  ["settings, 20,000 a session", 10, true, Buffer.concat(Array(20_000).fill(frame(FRAME.settings, 0, 0)))],
  ["heads that unpack to 40 MB", 20, false, BOMB],
];

function resident(lodestone: Lodestone): number {
  const [worker] = lodestone.workers();
  return Math.round((processTree(worker!)[0]?.resident ?? 0) / 1024 ** 2);
}

for (const [what, sessions, isEnded, bytes] of attacks) {
  test(`${what}: the session ends, an ordinary client hardly notices`, async (t: TestContext) => {
    await using lodestone = await startLodestone({ config, scripts, files: { "www/a": "" } });
    const port = Number(new URL(lodestone.address).port);
    await using calm = new Neighbour(lodestone.url("/"), "example.org");
    await until("the neighbour is served", () => calm.answered >= 200);
    await calm.leave();
    const [worker] = lodestone.workers();
    const before = resident(lodestone);
    const cpu = treeCpu(worker!);
    await using neighbour = new Neighbour(lodestone.url("/"), "example.org");
    for (let i = 0; i < sessions; i++) {
      using client = await RawHttp2.open(port);
      client.write(bytes);
      if (isEnded) await until("the session is ended", () => client.closed);
      else await client.settled(1);
    }
    const spent = Math.round((treeCpu(worker!) - cpu) / 1000);
    await until("the neighbour is served", () => neighbour.answered >= 100);
    await neighbour.leave();
    t.diagnostic(
      `${sessions} sessions, ${spent} ms of CPU; resident ${before} MB, then ${resident(lodestone)} MB`,
    );
    t.diagnostic(`alone: ${calm}`);
    t.diagnostic(`beside the attack: ${neighbour}`);
    assert.equal(neighbour.failures.size, 0, String(neighbour));
    assert.deepEqual(lodestone.workers(), [worker]);
    assert.ok(neighbour.percentile(99) < 500, String(neighbour));
  });
}

test("slow readers hold no more than a little memory each, and other sessions are served", async (t: TestContext) => {
  await using lodestone = await startLodestone({
    config,
    scripts,
    files: { "www/large.bin": Buffer.alloc(20_000_000) },
  });
  const port = Number(new URL(lodestone.address).port);
  const before = resident(lodestone);
  const clients: RawHttp2[] = [];
  t.after(() => {
    for (const client of clients) client.socket.destroy();
  });
  for (let i = 0; i < 20; i++) {
    const client = await RawHttp2.open(port, [4, 0]);
    clients.push(client);
    for (let id = 1; id < 200; id += 2) client.request(id, request({ ":path": "/large.bin" }));
    assert.equal(await client.settled(199), "200");
    assert.equal(await client.answers(), true);
  }
  const after = resident(lodestone);
  t.diagnostic(`2,000 streams of 20 MB that nobody reads: resident ${before} MB, then ${after} MB`);
  assert.ok(after - before < 400, `${after - before} MB`);
  using other = await RawHttp2.open(port);
  other.request(1, request());
  assert.equal(await other.settled(1), "200");
});
