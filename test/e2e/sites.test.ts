import assert from "node:assert/strict";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { ManySites } from "../support/many_sites.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

const SITES = 100;
const BOUND = 10;
/** An isolate has about 2 MB; the rest is for the garbage of a worker that is not asked to collect it. */
const GROWTH = 60 * 2 ** 20;

test("a hundred sites answer rightly from ten isolates, again and again", async (t) => {
  await using many = await ManySites.start({ sites: SITES, live: BOUND, logLevel: "debug" });
  const before = many.memory;
  for (let round = 0; round < 5; round++) await many.askAll();
  const growth = many.memory - before;
  t.diagnostic(`memory ${(before / 2 ** 20).toFixed(1)} MB, then ${(growth / 2 ** 20).toFixed(1)} MB more`);
  assert.ok(growth < GROWTH, `${growth} bytes more than with one isolate`);

  // Who is asked again at once is not released in between.
  await many.ask(7);
  assert.equal((await many.ask(7)).isNew, false);

  const log = many.lodestone.log();
  const count = (text: string) => log.filter(({ msg }) => `${msg}`.startsWith(text)).length;
  assert.equal(count("scripts loaded") - count("isolate released"), BOUND);
  assert.ok(count("scripts loaded") > 400, "most requests found no isolate");
  // Only the first time is news.
  assert.equal(log.filter(({ msg, level }) => msg === "scripts loaded" && level === 30).length, SITES);
});

test("what a site has under way keeps its isolate: a timer, waitUntil, a request, and nothing after them", async () => {
  const numbers = Array.from({ length: 20 }, (_, i) => i);
  const counting = `let count = 0; export default () => new Response(String(++count));`;
  // Each is under way until the test says so, however long the machine takes for the other sites.
  const late = (what: string) =>
    `let isDone = false; let mayEnd = false; let goOn = () => {};
    const done = () => { isDone = true; console.log("done"); };
    const look = () => { if (mayEnd) done(); else setTimeout(look, 20); };
    export default { async fetch(request, env, context) {
      if (request.path === "/done") return new Response(String(isDone));
      if (request.path === "/end") {
        mayEnd = true;
        goOn();
        return new Response("ends");
      }
      ${what}
      return new Response("begun");
    } };`;
  await using lodestone = await startLodestone({
    config: `
workers: 1
isolates: { live: 2 }
log: { level: debug, access: false }
sites:
  - { hosts: [timer.test], scripts: [timer.js] }
  - { hosts: [until.test], scripts: [until.js], limits: { deadline: 5m } }
  - { hosts: [slow.test], scripts: [slow.js], limits: { deadline: 5m } }
${numbers.map((i) => `  - { hosts: [s${i}.test], scripts: [counting.js] }`).join("\n")}
`,
    scripts: {
      "counting.js": counting,
      "timer.js": late("look();"),
      "until.js": late("context.waitUntil(new Promise((resolve) => { goOn = resolve; }).then(done));"),
      "slow.js": late('console.log("waits"); await new Promise((resolve) => { goOn = resolve; }); done();'),
    },
  });
  const ask = async (host: string, path = "/") =>
    (await request(lodestone.url(path), { host: `${host}.test` })).text;
  const slow = ask("slow");
  assert.equal(await ask("timer"), "begun");
  assert.equal(await ask("until"), "begun");
  const logged = (name: string, msg: string) =>
    until(`${name}: ${msg}`, () =>
      lodestone.log().some((line) => line.site === `${name}.test` && line.msg === msg),
    );
  await logged("slow", "waits");
  for (const i of numbers) assert.equal(await ask(`s${i}`), "1");
  for (const site of ["slow", "timer", "until"]) assert.equal(await ask(site, "/done"), "false", site);
  for (const site of ["slow", "timer", "until"]) assert.equal(await ask(site, "/end"), "ends");
  assert.equal(await slow, "begun");
  // An isolate that was released would never have done it. It may be released as soon as it has, so the log tells.
  for (const name of ["slow", "timer", "until"]) await logged(name, "done");

  for (const i of numbers) assert.equal(await ask(`s${i}`), "1");
  for (const site of ["slow", "timer", "until"]) assert.equal(await ask(site, "/done"), "false", site);
  await until("the bound is kept", () => {
    const count = (text: string) => lodestone.log().filter(({ msg }) => `${msg}`.startsWith(text)).length;
    return count("scripts loaded") - count("isolate released") <= 2;
  });
});
