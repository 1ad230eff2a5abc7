import assert from "node:assert/strict";
import { test } from "node:test";
import { treeCpu } from "../support/process_tree.ts";
import { until } from "../support/until.ts";
import { ask, Supervised } from "./supervised.ts";

const answering = (text: string, first = ""): string =>
  `${first}\nexport default () => new Response("${text}");\n`;

/** Ends a process whose V8 has all its limits: found by trying. */
const DEADLY = `"a".repeat(2 ** 28).split("");`;

const pause = (milliseconds: number): string =>
  `const end = Date.now() + ${milliseconds}; while (Date.now() < end);`;

/** Asks so often that each worker has its share, and returns the different answers. */
async function answers(url: string): Promise<string[]> {
  const all = await Promise.all(Array.from({ length: 30 }, () => ask(url)));
  return [...new Set(all.map(({ status, body }) => `${status} ${body}`))];
}

test("a version that ends the worker that loads it is seen by no other, and the one before is not to blame", async () => {
  await using supervised = new Supervised({
    scripts: { "site.ts": answering("one") },
    config: { workers: 3 },
  });
  const url = await supervised.serving();
  assert.deepEqual(await answers(url), ["200 one"]);

  for (const times of [1, 2, 3]) {
    supervised.save("site.ts", answering(`deadly ${times}`, DEADLY));
    const refused = await until("the version is refused", () => {
      return supervised.log().filter(({ msg }) => msg.startsWith("script cannot be loaded;"))[times - 1];
    });
    assert.match(`${refused.reason}`, /worker \d+ has ended while it was loading it/);
    assert.equal(refused.serving, 1);
    await until("three workers serve", () => supervised.log("worker ready").length === 3 + times);
    assert.equal(supervised.log("worker ended").length, times);
    assert.deepEqual(await answers(url), ["200 one"]);
  }
  assert.deepEqual(supervised.log("site quarantined"), []);

  supervised.save("site.ts", answering("good"));
  await supervised.logged("script reloaded");
  assert.deepEqual(await answers(url), ["200 good"]);
  assert.equal(supervised.log("worker ended").length, 3);
});

test("a worker that starts while a version is on trial does not get it", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answering("one") } });
  const url = await supervised.serving();
  assert.deepEqual(await answers(url), ["200 one"]);
  const before = new Map(supervised.workers().map((pid) => [pid, treeCpu(pid)]));

  supervised.save("site.ts", answering("two", `${pause(4000)} throw new Error("no");`));
  const tried = await until(
    "a worker is busy loading it",
    () => [...before].find(([pid, cpu]) => treeCpu(pid) - cpu > 300_000)?.[0],
  );
  const other = supervised.workers().find((pid) => pid !== tried);
  process.kill(other!, "SIGKILL");
  const refused = await supervised.logged("script cannot be loaded;");
  assert.equal(refused.serving, 1);
  await until("two workers serve", () => supervised.log("worker ready").length === 3);
  assert.deepEqual(await answers(url), ["200 one"]);
  assert.equal(supervised.log().filter(({ msg }) => msg.startsWith("version 2 could not")).length, 1);
  assert.ok(supervised.workers().includes(tried));
});

test("a site that nobody has asked yet tells at once that its new version cannot be loaded", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answering("one") } });
  const url = await supervised.serving();
  supervised.save("site.ts", answering("two", 'throw new TypeError("at load");'));
  const line = await supervised.logged("version 2 could not be loaded");
  assert.match(line.msg, /TypeError: at load \(.*site\.ts:1:\d+\)/);
  await supervised.logged("script cannot be loaded;");
  assert.deepEqual(await answers(url), ["200 one"]);
  assert.equal(supervised.log().filter(({ msg }) => msg.startsWith("version 2 could not")).length, 1);
});
