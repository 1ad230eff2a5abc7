import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { CONNECTIONS, Neighbour } from "./neighbour.ts";

/** Built-ins in which V8 looks for no interruption, or asks for more than it can count: only the worker's end ends them. */
const ATTACKS: Readonly<Record<string, string>> = {
  "a search in what is like an array": "Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);",
  "a text of very many parts": "String.raw({ raw: { length: 2 ** 53 - 1 } });",
  "more letters than V8 can count": "'a'.repeat(2 ** 28).split('');",
};

for (const [name, handler] of Object.entries(ATTACKS)) {
  test(`the neighbours of ${name} lose what was under way, and are answered by the next worker`, async (t) => {
    await using lodestone = await startLodestone({
      config: `workers: 1
log: { access: false }
watchdog: { heartbeat: 1s }
sites:
  - { hosts: [good.test], scripts: [good.js] }
  - { hosts: [bad.test], scripts: [bad.js], limits: { cpu: 50ms, memory: 32mb } }
`,
      scripts: {
        "good.js": "export default () => new Response('good');",
        "bad.js": `export default (request) => { if (request.path === "/well") return 200; ${handler} };`,
      },
    });
    const [worker] = lodestone.workers();
    const neighbour = new Neighbour(lodestone.url("/"), "good.test");
    await until("the neighbour is under way", () => neighbour.answered > 10);
    const victim = await request(lodestone.url("/bad"), { host: "bad.test" }).then(
      ({ status }) => `status ${status}`,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    assert.equal(victim, "ECONNRESET", "nobody is left to answer the victim");
    const { answered } = neighbour;
    await until("the neighbour goes on", () => neighbour.answered > answered + 100);
    await neighbour.leave();
    t.diagnostic(`neighbour: ${neighbour}`);
    const lost = [...neighbour.failures.values()].reduce((sum, times) => sum + times, 0);
    const figures = {
      attack: name,
      scripts: 1,
      requests: 1,
      worst: name,
      answers: neighbour.answered,
      p50: neighbour.percentile(50),
      p99: neighbour.percentile(99),
      slowest: neighbour.slowest,
      lost,
    };
    const file = process.env.LODESTONE_FIGURES;
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
    assert.ok(lost <= CONNECTIONS, `${neighbour}`);
    assert.ok(
      [...neighbour.failures.keys()].every((what) => !what.startsWith("status")),
      `${neighbour}`,
    );
    assert.notEqual(lodestone.workers()[0], worker);
    const ended = await lodestone.waitForLog(({ msg }) => /worker (ended|killed)/.test(`${msg}`));
    assert.equal(ended.site, "bad.test");
  });
}
