import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { compressBytes } from "../../../core/files/coding/compress_bytes.ts";
import { CompressedFiles } from "../../../core/files/coding/compressed_files.ts";
import { StatCache } from "../../../core/files/stat_cache.ts";
import { TimerWheel } from "../../../core/http/timer_wheel.ts";
import { until } from "../../support/until.ts";
import { openBelow, tempFolder } from "../temp_folder.ts";

/** What was changed just now is not kept; here nothing was. */
const now = () => Date.now() + 60_000;
const LIMITS = {
  minimum: 1,
  maximum: 1_000_000,
  cache: 100_000,
  concurrency: 2,
  queue: 64,
  patience: 3000,
};

function makeFiles(t: TestContext, count: number, content = (i: number) => `${i} `.repeat(1000)) {
  const folder = tempFolder(t);
  const stat = new StatCache({ age: 60_000, entries: 1000 });
  const paths = Array.from({ length: count }, (_, i) => `${folder}/${i}.txt`);
  for (const [i, path] of paths.entries()) writeFileSync(path, content(i));
  return { folder, stats: paths.map((path) => stat.stat(path)!) };
}

function makeTimers(t: TestContext, now?: () => number): TimerWheel {
  const timers = new TimerWheel({ tick: 5, ...(now === undefined ? {} : { now }) });
  t.after(() => timers.close());
  return timers;
}

/** A compressor that waits until it is told to go on. */
class Held {
  readonly waiting: (() => void)[] = [];
  most = 0;
  running = 0;
  readonly compress: typeof compressBytes = async (bytes, encoding) => {
    this.running++;
    this.most = Math.max(this.most, this.running);
    await new Promise<void>((go) => this.waiting.push(go));
    this.running--;
    return compressBytes(bytes, encoding);
  };
}

test("files of the minimum and of the maximum are compressed, those a byte beyond are not, and an empty one never is", (t) => {
  const sizes = [99, 100, 101, 999, 1000, 1001];
  const files = new CompressedFiles({ ...LIMITS, minimum: 100, maximum: 1000 }, makeTimers(t));
  assert.deepEqual(
    sizes.filter((size) => files.takes(size)),
    [100, 101, 999, 1000],
  );
  const all = new CompressedFiles({ ...LIMITS, minimum: 0 }, makeTimers(t));
  assert.deepEqual([all.takes(0), all.takes(1)], [false, true]);
});

test("two are compressed at once, the others wait, and what is too much is not", async (t) => {
  const { stats, folder } = makeFiles(t, 80);
  const held = new Held();
  const files = new CompressedFiles(LIMITS, makeTimers(t), { compress: held.compress, now });
  const results = stats.map((stat) => files.make(stat, "gzip"));
  await until("two are being compressed", () => held.waiting.length === 2);
  assert.equal(await results[70], undefined, "beyond two and sixty-four nobody waits");
  assert.equal(openBelow(folder), 0, "no file is open that waits");
  const going = setInterval(() => held.waiting.shift()?.(), 1);
  const made = await Promise.all(results);
  clearInterval(going);
  assert.equal(made.filter(Boolean).length, 66);
  assert.equal(held.most, 2);
  assert.equal(files.compressions, 66);
});

test("concurrency and queue are those of the configuration", async (t) => {
  const { stats } = makeFiles(t, 6);
  const held = new Held();
  const limits = { ...LIMITS, concurrency: 3, queue: 1 };
  const files = new CompressedFiles(limits, makeTimers(t), { compress: held.compress, now });
  const results = stats.map((stat) => files.make(stat, "gzip"));
  await until("three are being compressed", () => held.waiting.length === 3);
  const going = setInterval(() => held.waiting.shift()?.(), 1);
  const made = await Promise.all(results);
  clearInterval(going);
  assert.deepEqual([made.filter(Boolean).length, held.most], [4, 3]);
});

test("who has waited long enough goes without, and the result is there for the next", async (t) => {
  const { stats } = makeFiles(t, 1);
  const held = new Held();
  let ticks = 0;
  const timers = makeTimers(t, () => ticks);
  const files = new CompressedFiles(LIMITS, timers, { compress: held.compress, now });
  const first = files.make(stats[0]!, "br");
  await until("it is being compressed", () => held.waiting.length === 1);
  const ticking = setInterval(() => {
    ticks += 1000;
  }, 1);
  assert.equal(await first, undefined);
  clearInterval(ticking);
  held.waiting.shift()!();
  await until("the result is there", () => files.find(stats[0]!, "br") !== undefined);
});

test("what fails is sent as it is, and tried again", async (t) => {
  const { stats } = makeFiles(t, 1);
  let isBroken = true;
  const files = new CompressedFiles(LIMITS, makeTimers(t), {
    now,
    compress: (bytes, encoding) =>
      isBroken ? Promise.reject(new Error("on purpose")) : compressBytes(bytes, encoding),
  });
  assert.equal(await files.make(stats[0]!, "br"), undefined);
  assert.equal(files.find(stats[0]!, "br"), undefined);
  isBroken = false;
  assert.ok(Buffer.isBuffer(await files.make(stats[0]!, "br")));
});

test("memory for results is bounded; the least recently used go first", async (t) => {
  const noise = (i: number) =>
    Buffer.from(Array.from({ length: 4000 }, (_, j) => (j * j * (i + 3)) % 251)).toString("base64");
  const { stats } = makeFiles(t, 40, noise);
  const files = new CompressedFiles({ ...LIMITS, cache: 20_000 }, makeTimers(t), { now });
  for (const stat of stats) await files.make(stat, "gzip");
  assert.ok(files.bytes <= 20_000 && files.bytes > 5000, `${files.bytes}`);
  assert.equal(files.find(stats[0]!, "gzip"), undefined);
  assert.ok(files.find(stats[39]!, "gzip") !== undefined);
});

test("without memory for results each request compresses", async (t) => {
  const { stats } = makeFiles(t, 1);
  const files = new CompressedFiles({ ...LIMITS, cache: 0 }, makeTimers(t), { now });
  assert.ok(Buffer.isBuffer(await files.make(stats[0]!, "br")));
  assert.ok(Buffer.isBuffer(await files.make(stats[0]!, "br")));
  assert.equal(files.compressions, 2);
});

test("a file changed a moment ago is compressed, but not kept: its times may not show the next change", async (t) => {
  const { stats } = makeFiles(t, 1);
  const { ctime } = stats[0]!;
  let clock = ctime + 15;
  const files = new CompressedFiles(LIMITS, makeTimers(t), { now: () => clock });
  assert.ok(Buffer.isBuffer(await files.make(stats[0]!, "br")));
  assert.equal(files.find(stats[0]!, "br"), undefined);
  clock = ctime + 25;
  await files.make(stats[0]!, "br");
  assert.ok(Buffer.isBuffer(files.find(stats[0]!, "br")));
});

test("another version than the one looked at is not compressed", async (t) => {
  const { stats, folder } = makeFiles(t, 1);
  writeFileSync(`${folder}/0.txt`, "changed".repeat(1000));
  const files = new CompressedFiles(LIMITS, makeTimers(t), { now });
  assert.equal(await files.make(stats[0]!, "br"), undefined);
  assert.equal(files.compressions, 0);
  assert.equal(openBelow(folder), 0);
});
