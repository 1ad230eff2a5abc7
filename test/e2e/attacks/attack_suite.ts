import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, before, type TestContext, test } from "node:test";
import { standardPage } from "../../../core/http/standard_page.ts";
import { type Lodestone, startLodestone } from "../../support/lodestone.ts";
import { request } from "../../support/request.ts";
import { until } from "../../support/until.ts";
import { Neighbour } from "../neighbour.ts";
import { type Attack, type AttackGroup, sourceOf } from "./attack.ts";

/** Milliseconds an attack lasts at least: it is repeated until then. */
const DURATION = Number(process.env.LODESTONE_ATTACK_TIME ?? 700);
/** Milliseconds within which an attacker has its answer, on a busy machine. */
const PATIENCE = 10_000;
/** Milliseconds a client waits for the rest of a body that may never come. */
const LITTLE_PATIENCE = 1_000;
const GOOD = "export default () => new Response('good');\n";

/**
 * Registers one test for each group. All run in one Lodestone with one worker, which the attackers share with a
 * neighbour; every attack is a site of its own. Set LODESTONE_FIGURES to a file to get the neighbour's figures there,
 * one JSON object on each line.
 */
export function attackSuite(groups: readonly AttackGroup[], config = ""): void {
  const attacks = groups.flatMap((group) => group.attacks);
  let lodestone: Lodestone;
  before(async () => {
    lodestone = await startLodestone({
      config: `workers: 1\nlog: { access: false }\n${config}\nsites:\n  - { hosts: [good.test], scripts: [good.js] }\n${attacks.map(siteOf).join("")}`,
      scripts: {
        "good.js": GOOD,
        ...Object.fromEntries(attacks.map((attack, i) => [`a${i}.js`, sourceOf(attack)])),
      },
    });
  });
  after(() => lodestone.stop());
  for (const group of groups) {
    test(`the neighbours of ${group.name} are answered throughout`, (t) =>
      attacked(t, lodestone, group, (attack) => `a${attacks.indexOf(attack)}.test`));
  }
}

function siteOf(attack: Attack, i: number): string {
  const limits = `deadline: ${attack.deadline ?? 3000}ms, cpu: 50ms, memory: 32mb, operations: 100`;
  return `  - { hosts: [a${i}.test], scripts: [a${i}.js], limits: { ${limits} } }\n`;
}

async function attacked(
  t: TestContext,
  lodestone: Lodestone,
  group: AttackGroup,
  hostOf: (attack: Attack) => string,
): Promise<void> {
  const { together = 1 } = group;
  const workers = lodestone.workers();
  const neighbour = new Neighbour(lodestone.url("/"), "good.test");
  let requests = 0;
  let worst = { name: "none", slowest: 0 };
  try {
    await until("the neighbour is under way", () => neighbour.answered > 10);
    neighbour.lately();
    const begin = performance.now();
    do {
      for (let i = 0; i < group.attacks.length; i += together) {
        const some = group.attacks.slice(i, i + together);
        await Promise.all(some.map((attack) => attackOnce(lodestone, attack, hostOf(attack))));
        for (const { paths = ["/"] } of some) requests += paths.length;
        const slowest = neighbour.lately();
        if (slowest > worst.slowest) worst = { name: some[0]!.name, slowest };
      }
    } while (performance.now() - begin < DURATION);
  } finally {
    await neighbour.leave();
  }
  for (const attack of group.attacks) await reasonLogged(lodestone, attack, hostOf(attack));
  report(t, group, { requests, worst: worst.name }, neighbour);
  assert.deepEqual([...neighbour.failures], []);
  assert.deepEqual(lodestone.workers(), workers, "the worker survives");
}

async function attackOnce(lodestone: Lodestone, attack: Attack, host: string): Promise<void> {
  const { paths = ["/attack"] } = attack;
  const ask = (path: string): Promise<void> => askOnce(lodestone.url(path), attack, host);
  if (attack.atOnce === true) await Promise.all(paths.map(ask));
  else for (const path of paths) await ask(path);
  if (attack.breaksItself === true) return;
  const well = await request(lodestone.url("/well"), { host });
  assert.ok(well.status === 200 || well.status === 503, `${attack.name}: ${well.status} afterwards`);
}

async function askOnce(url: string, attack: Attack, host: string): Promise<void> {
  const what = `${attack.name} ${new URL(url).pathname}`;
  const mayWait = attack.outcomes.includes("waits");
  const patience = AbortSignal.timeout(mayWait ? LITTLE_PATIENCE : PATIENCE);
  const answer = await request(url, { host, signal: patience }).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (answer instanceof Error) {
    assert.ok(patience.aborted ? mayWait : attack.outcomes.includes("closed"), `${what}: ${answer}`);
    return;
  }
  const { status } = answer;
  // A site whose scripts keep using up the worker's time is quarantined in the end.
  const isQuarantined = status === 503 && answer.headers["retry-after"] !== undefined;
  assert.ok(isQuarantined || attack.outcomes.includes(status), `${what}: status ${status}`);
  if (status >= 500)
    assert.equal(answer.text, standardPage(status).body, `${what}: the client learns nothing`);
}

async function reasonLogged(lodestone: Lodestone, attack: Attack, host: string): Promise<void> {
  const { log } = attack;
  if (log === undefined) return;
  await until(`the log says ${log} about ${host} (${attack.name})`, () =>
    lodestone.log().some((line) => {
      const text = JSON.stringify(line);
      return text.includes(host) && log.test(text);
    }),
  );
}

function report(
  t: TestContext,
  group: AttackGroup,
  { requests, worst }: { readonly requests: number; readonly worst: string },
  neighbour: Neighbour,
): void {
  t.diagnostic(
    `${group.attacks.length} scripts, ${requests} requests, the worst: ${worst}; neighbour: ${neighbour}`,
  );
  const file = process.env.LODESTONE_FIGURES;
  if (file === undefined) return;
  const figures = {
    attack: group.name,
    scripts: group.attacks.length,
    worst,
    requests,
    answers: neighbour.answered,
    p50: neighbour.percentile(50),
    p99: neighbour.percentile(99),
    slowest: neighbour.slowest,
    lost: [...neighbour.failures.values()].reduce((sum, times) => sum + times, 0),
  };
  appendFileSync(file, `${JSON.stringify(figures)}\n`);
}
