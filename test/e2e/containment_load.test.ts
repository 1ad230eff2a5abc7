import assert from "node:assert/strict";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { type Attack, impatient } from "./attacks/attack.ts";
import { attackSuite } from "./attacks/attack_suite.ts";
import { HOSTILE_VALUES } from "./attacks/hostile_values.ts";
import { Neighbour } from "./neighbour.ts";

const HANDLER = "export default () => new Response('well');";

function onLoad(name: string, statements: string, log = /could not be loaded/): Attack {
  return { name, script: `${statements}\n${HANDLER}`, outcomes: [503], log, breaksItself: true };
}

attackSuite([
  {
    name: "scripts that throw while they load",
    attacks: Object.entries(HOSTILE_VALUES).map(([name, value]) =>
      onLoad(name, `if (Math.random() < 2) throw ${value};`),
    ),
  },
  {
    name: "scripts that end themselves while they load",
    attacks: [
      onLoad("a loop", "for (;;);"),
      onLoad("arrays", "const x = []; for (;;) x.push(new Array(1000));"),
      onLoad("recursion", "const deeper = () => 1 + deeper(); deeper();"),
      onLoad("bytes", "const x = []; for (;;) x.push(new Uint8Array(1e6).fill(1));"),
      onLoad("no handler that is a function", "export const onResponse = 5;"),
      onLoad(
        "an export that throws",
        "if (Math.random() < 2) module.exports = new Proxy({}, { get() { throw new Error('no'); } });",
        /could not be loaded|ReferenceError/,
      ),
    ],
  },
  {
    name: "10,000 fetches at once",
    attacks: impatient([
      {
        name: "all awaited",
        handler:
          "await Promise.all(Array.from({ length: 10000 }, () => fetch('http://127.0.0.1:1/'))); return new Response('x');",
        outcomes: [500, 504],
      },
      {
        name: "all settled",
        handler:
          "const all = await Promise.allSettled(Array.from({ length: 10000 }, () => fetch(request))); return new Response(all[9999].status);",
        outcomes: [200, 500, 504],
      },
      {
        name: "of files",
        handler:
          "const all = await Promise.allSettled(Array.from({ length: 10000 }, () => lodestone.readFile('/etc/passwd'))); return new Response('x');",
        outcomes: [200, 500, 504],
      },
      {
        name: "of hashes",
        handler:
          "await Promise.allSettled(Array.from({ length: 10000 }, () => crypto.subtle.digest('SHA-512', new Uint8Array(1e5)))); return new Response('x');",
        outcomes: [200, 500, 504],
      },
      {
        name: "tried again without end",
        handler:
          "(async () => { for (;;) try { await fetch(request); } catch {} })(); return new Response('x');",
        outcomes: [200, 500],
      },
      {
        name: "ctx.waitUntil",
        script:
          "export default { async fetch(request, env, ctx) { for (let i = 0; i < 1e4; i++) ctx.waitUntil(new Promise(() => {})); return new Response('x'); } };",
        outcomes: [200, 500],
      },
    ]),
  },
  {
    name: "onResponse",
    attacks: [
      ["a loop", "for (;;);", [500]],
      ["a promise that never settles", "return new Promise(() => {});", [504]],
      [
        "microtasks without end",
        "const again = () => Promise.resolve().then(again); return again();",
        [500, 504],
      ],
      ["memory", "const x = []; for (;;) x.push(new Array(1000));", [500]],
      ["nonsense", "return 5;", [500]],
      ["a status that is none", "response.status = 99;", [500]],
      ["fields that are none", "response.headers.set('a', 'b\\r\\nX-Evil: 1');", [500]],
      [
        "framing",
        "response.headers.set('transfer-encoding', 'chunked'); response.headers.set('content-length', '99999');",
        [200],
      ],
      [
        "huge fields",
        "for (let i = 0; i < 1000; i++) response.headers.append('a' + i, 'x'.repeat(60000));",
        [200, 500],
      ],
      ["another answer", "return new Response(response.body);", [200]],
      ["itself again", "return onResponse(response);", [500]],
    ].map(([name, body, outcomes]) => ({
      name: name as string,
      script: `export const onResponse = (response, request) => { if (request?.path === "/well") return; ${body} };\nexport default () => new Response("well");`,
      outcomes: outcomes as number[],
      ...((outcomes as number[]).includes(504) ? { deadline: 300 } : {}),
    })),
  },
]);

test("a version that ends itself on load never takes the place of one that works", async (t) => {
  await using lodestone = await startLodestone({
    config:
      "workers: 1\nsites:\n  - { hosts: [good.test], scripts: [good.js] }\n  - { hosts: [bad.test], scripts: [bad.js], limits: { memory: 32mb } }\n",
    scripts: { "good.js": HANDLER, "bad.js": "export default () => new Response('the first');" },
  });
  const ask = () => request(lodestone.url("/"), { host: "bad.test" });
  assert.equal((await ask()).text, "the first");
  const neighbour = new Neighbour(lodestone.url("/"), "good.test");
  for (const statements of [
    "throw new Error('on load');",
    "const deeper = () => 1 + deeper(); deeper();",
    "const x = []; for (;;) x.push(new Uint8Array(1e6).fill(1));",
  ]) {
    const before = lodestone.log().length;
    lodestone.folder.write("bad.js", `${statements}\nexport default () => new Response('the second');`);
    await until("the version is refused", () =>
      lodestone
        .log()
        .slice(before)
        .some((line) => /could not be loaded/.test(String(line.msg))),
    );
    assert.equal((await ask()).text, "the first");
  }
  lodestone.folder.write("bad.js", "export default () => new Response('the third');");
  await until("the repaired version is live", async () => (await ask()).text === "the third");
  await neighbour.leave();
  t.diagnostic(`neighbour: ${neighbour}`);
  assert.deepEqual([...neighbour.failures], []);
});
