import assert from "node:assert/strict";
import { openSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { BEAT, Heartbeat, type Losses } from "../../../core/script/limits/heartbeat.ts";
import { HeartbeatFile } from "../../../core/supervisor/heartbeat_file.ts";
import { until } from "../../support/until.ts";

function start(t: TestContext, fd: number | undefined) {
  const signs: string[] = [];
  const losses: Losses[] = [];
  const heartbeat = new Heartbeat({
    fd,
    sites: ["a.test", "b.test"],
    memory: 2 ** 30,
    signal: () => void signs.push("alive"),
    report: (found) => void losses.push(found),
  });
  t.after(() => heartbeat.close());
  return { heartbeat, signs, losses };
}

function openFile(t: TestContext): HeartbeatFile {
  const file = HeartbeatFile.open();
  assert.ok(file !== undefined);
  t.after(() => file.close());
  return file;
}

test("the file has nothing before the first sign of life, then the site that was entered, and none at the next beat", async (t) => {
  const file = openFile(t);
  assert.equal(file.read().sequence, 0);
  const { heartbeat, signs } = start(t, file.fd);
  const first = file.read();
  assert.deepEqual(first, { sequence: 1, site: -1, activity: "none", grower: -1 });
  heartbeat.of("b.test").entering();
  assert.deepEqual(file.read(), { sequence: 2, site: 1, activity: "entry", grower: -1 });
  heartbeat.of("a.test").loading();
  assert.deepEqual(file.read(), { sequence: 3, site: 0, activity: "load", grower: -1 });
  await until("it beats", () => file.read().site === -1);
  assert.ok(file.read().sequence > 3);
  assert.deepEqual(signs, []);
});

test("a single busy site is written once between two beats", (t) => {
  const file = openFile(t);
  const { heartbeat } = start(t, file.fd);
  const site = heartbeat.of("a.test");
  const end = site.entering() + BEAT / 2;
  while (site.entering() < end);
  assert.equal(file.read().sequence, 2);
});

test("entries are signs of life when they leave the loop no time for a beat", (t) => {
  const file = openFile(t);
  const { heartbeat } = start(t, file.fd);
  const site = heartbeat.of("a.test");
  const end = site.entering() + 3.5 * BEAT;
  while (site.entering() < end);
  assert.equal(file.read().sequence, 5);
});

for (const [name, fd] of [
  ["without a file", () => undefined],
  ["when the file cannot be written", () => openSync("/dev/null", "r")],
] as const) {
  test(`the supervisor gets messages ${name}`, async (t) => {
    const { signs } = start(t, fd());
    await until("a message", () => signs.length > 1);
  });
}

test("time that was lost is reported by site, at most once a second", async (t) => {
  const { heartbeat, losses } = start(t, undefined);
  const site = heartbeat.of("a.test");
  const since = site.entering();
  await until("time passes", () => performance.now() - since > 20);
  site.lost(since);
  site.lost(since);
  assert.deepEqual(losses, []);
  await until("it is reported", () => losses.length > 0);
  const [first] = losses;
  assert.deepEqual(Object.keys(first!), ["a.test"]);
  assert.ok(first!["a.test"]! >= 40);
});

test("no folder, no file", () => {
  assert.equal(HeartbeatFile.open(["/nonexistent", "/proc"]), undefined);
});
