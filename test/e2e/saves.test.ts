import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { Neighbour } from "./neighbour.ts";

/** All of it: `LODESTONE_SAVES=200 npm test -- test/e2e/saves.test.ts`, about two minutes. */
const SAVES = Number(process.env.LODESTONE_SAVES ?? 20);
const MEGABYTE = 2 ** 20;
/** What each version keeps in memory, in megabytes. */
const BALLAST = 8;
/** Megabytes a worker may grow after the first saves: far less than the versions kept together. */
const GROWTH = 48;

const script = (answer: string): string => `
import { suffix } from "./suffix.ts";

const ballast = new Uint8Array(${BALLAST * MEGABYTE}).fill(1);

export default async (request: Request) => {
  await scheduler.wait(2);
  return new Response("${answer} " + suffix + ballast[0]);
};
`;

/** Ways in which a save is broken, and what the log says then. */
const broken: readonly { readonly says: RegExp; readonly source: (answer: string) => string }[] = [
  { says: /does not compile/, source: (answer) => script(answer).replace("suffix +", "suffix + + )") },
  { says: /does not compile/, source: (answer) => script(answer).replace("./suffix.ts", "./prefix.ts") },
  { says: /cannot be loaded/, source: (answer) => `${script(answer)}throw new TypeError("${answer}");` },
  { says: /cannot be loaded/, source: (answer) => `${script(answer)}missing.${answer};` },
];

/** Megabytes of each worker. */
function memory(lodestone: Lodestone): number[] {
  const workers = new Set(lodestone.workers());
  const found = lodestone.processes().filter(({ pid }) => workers.has(pid));
  return found.map(({ resident }) => resident / MEGABYTE);
}

test(`${SAVES} saves under load, half of them broken: no request fails, every good version is live, memory stays`, async (t) => {
  await using lodestone = await startLodestone({
    config: 'workers: 2\nlog: { access: false }\nsites: [{ hosts: ["*"], scripts: [site.ts] }]\n',
    scripts: { "site.ts": script("v0"), "suffix.ts": `export const suffix = "";` },
  });
  const workers = lodestone.workers();
  const answer = async (): Promise<string> => (await request(lodestone.url("/"))).text;
  const save = (source: string): void => writeFileSync(join(lodestone.folder.path, "site.ts"), source);
  assert.equal(await answer(), "v0 1");

  await using neighbour = new Neighbour(lodestone.url("/"), "site.test");
  const live: number[] = [];
  let failures = 0;
  let good = "v0";
  let before: number[] | undefined;
  for (let i = 1; i <= SAVES; i++) {
    if (i % 2 === 0) {
      good = `v${i}`;
      const saved = performance.now();
      save(script(good));
      let seen = 0;
      await until(`${good} is live`, async () => {
        seen = (await answer()) === `${good} 1` ? seen + 1 : 0;
        return seen === 8;
      });
      live.push(performance.now() - saved);
    } else {
      const { says, source } = broken[((i - 1) / 2) % broken.length]!;
      save(source(`v${i}`));
      failures++;
      await until(`the log tells of save ${i}`, () => {
        const errors = lodestone
          .log()
          .filter(({ msg }) => /does not compile|cannot be loaded/.test(`${msg}`));
        assert.ok(errors.length <= failures);
        return errors.length === failures && says.test(`${errors.at(-1)?.msg}`);
      });
      assert.equal(await answer(), `${good} 1`);
    }
    if (i === 6) before = memory(lodestone);
    if (i % Math.max(5, SAVES / 10) === 0) {
      t.diagnostic(
        `after ${i} saves: ${memory(lodestone)
          .map((mb) => `${mb.toFixed(0)} MB`)
          .join(", ")}`,
      );
    }
  }

  live.sort((a, b) => a - b);
  t.diagnostic(`live after ${live[live.length >> 1]!.toFixed(0)} ms, at most ${live.at(-1)!.toFixed(0)} ms`);
  t.diagnostic(`${neighbour}`);
  assert.deepEqual([...neighbour.failures], []);
  assert.ok(neighbour.answered > SAVES);
  assert.deepEqual(lodestone.workers(), workers, "no worker has been replaced");
  for (const [i, now] of memory(lodestone).entries()) {
    assert.ok(
      now - before![i]! < GROWTH,
      `worker ${i}: ${before![i]} MB after 6 saves, ${now} MB at the end`,
    );
  }
});
