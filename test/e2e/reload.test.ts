import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { Wrk } from "../support/wrk.ts";

const script = (answer: string): string => `
import { suffix } from "./suffix.ts";

interface Visit { path: string }

export default (request: Request & Visit) => new Response("${answer} " + suffix + request.path);
`;

const config = `
workers: 2
sites:
  - hosts: ["*"]
    scripts: [site.ts]
`;

test("a saved script is live within a second and no request fails", async (t: TestContext) => {
  if (!requirePeer(t, "wrk")) return;
  await using lodestone = await startLodestone({
    config,
    scripts: { "site.ts": script("first"), "suffix.ts": `export const suffix = "a";` },
  });
  const answer = async (): Promise<string> => (await request(lodestone.url("/x"))).text;
  /** Saves a file and waits until ten requests in a row get the new answer. Returns the milliseconds it took. */
  const save = async (file: string, source: string, expected: string): Promise<number> => {
    const saved = performance.now();
    writeFileSync(join(lodestone.folder.path, file), source);
    let seen = 0;
    await until(`the answer ${expected}`, async () => {
      seen = (await answer()) === expected ? seen + 1 : 0;
      return seen === 10;
    });
    return performance.now() - saved;
  };

  assert.equal(await answer(), "first a/x");
  await using wrk = new Wrk(lodestone.url("/wrk"), { connections: 8 });

  const script2 = await save("site.ts", script("second"), "second a/x");
  const imported = await save("suffix.ts", `export const suffix = "b";`, "second b/x");

  await t.test("a broken save changes nothing but the log", async () => {
    const broken = script("third").replace("suffix + request", "suffix + + ) request");
    writeFileSync(join(lodestone.folder.path, "site.ts"), broken);
    const line = await lodestone.waitForLog((entry) => /site\.ts:6:\d+/.test(JSON.stringify(entry)));
    assert.ok(Number(line.level) >= 50, JSON.stringify(line));
    assert.equal(await answer(), "second b/x");
  });

  await t.test("a script that throws while loading changes nothing but the log", async () => {
    const source = script("fourth").replace(
      "export default",
      `\nthrow new TypeError("not today");\nexport default`,
    );
    writeFileSync(join(lodestone.folder.path, "site.ts"), source);
    const line = await lodestone.waitForLog((entry) => JSON.stringify(entry).includes("not today"));
    assert.match(JSON.stringify(line), /site\.ts:7:\d+/);
    assert.equal(await answer(), "second b/x");
  });

  const repaired = await save("site.ts", script("fifth"), "fifth b/x");
  for (let i = 0; i < 5; i++) await save("site.ts", script(`number ${i}`), `number ${i} b/x`);

  const load = await wrk.stop();
  t.diagnostic(`live after ${[script2, imported, repaired].map((time) => time.toFixed(0)).join(", ")} ms`);
  t.diagnostic(`${load.requests} requests meanwhile, p99 ${load.p99} us`);
  assert.ok(load.requests > 100);
  assert.deepEqual(
    { badStatus: load.badStatus, socketErrors: load.socketErrors },
    { badStatus: 0, socketErrors: 0 },
  );
  for (const time of [script2, imported, repaired]) assert.ok(time < 1000, `live after ${time} ms`);
});
