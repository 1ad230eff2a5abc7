import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { Neighbour } from "./neighbour.ts";

const good = `
let requests = 0;
export default () => new Response("request " + ++requests);
`;

function serve(bad: string): Promise<Lodestone> {
  return startLodestone({
    config: `
workers: 1
sites:
  - hosts: [good.test]
    scripts: [good.ts]
  - hosts: [bad.test]
    scripts: [bad.ts]
    limits: { deadline: 400ms, cpu: 50ms, memory: 32mb }
`,
    scripts: { "good.ts": good, "bad.ts": bad },
  });
}

interface Misbehaviour {
  readonly name: string;
  /** Body of the handler; \`/well\` is answered before it. */
  readonly handler: string;
  readonly status: readonly number[];
  /** Text of the log line that names the cause. */
  readonly log: RegExp;
}

const misbehaviours: readonly Misbehaviour[] = [
  {
    name: "fills the memory with arrays",
    handler: "const x: unknown[] = []; for (;;) x.push(new Array(1000));",
    status: [500, 502, 503],
    log: /memory|cpu|time|limit/i,
  },
  {
    name: "fills the memory with text",
    handler: "let x = 'x'; for (;;) x = x + x + Math.random();",
    status: [500, 502, 503],
    log: /./,
  },
  {
    name: "fills the memory outside the heap",
    handler: "const x: Uint8Array[] = []; for (;;) x.push(new Uint8Array(1e6).fill(1));",
    status: [500, 502, 503],
    log: /./,
  },
  { name: "never ends", handler: "for (;;);", status: [500], log: /cpu|time|limit/i },
  {
    name: "never ends after an await",
    handler: "await null; for (;;);",
    status: [500],
    log: /cpu|time|limit/i,
  },
  {
    name: "throws",
    handler: "throw new RangeError('so there');",
    status: [500],
    log: /so there[\s\S]*bad\.ts:\d+|bad\.ts:\d+[\s\S]*so there/,
  },
  {
    name: "rejects later",
    handler: "await new Promise((resolve) => setTimeout(resolve, 20)); throw new RangeError('so there');",
    status: [500],
    log: /so there/,
  },
  {
    name: "recurses without end",
    handler: "const deeper = (): number => 1 + deeper(); deeper();",
    status: [500],
    log: /call stack/i,
  },
  { name: "never settles", handler: "await new Promise(() => {});", status: [504], log: /deadline|time/i },
  { name: "returns nonsense", handler: "return { status: 'fine' } as never;", status: [500], log: /./ },
  {
    name: "runs a regular expression without end",
    handler: "/^(a+)+$/.test('a'.repeat(40) + 'b');",
    status: [500],
    log: /cpu|time|limit/i,
  },
];

for (const { name, handler, status, log } of misbehaviours) {
  test(`a script that ${name} harms nobody but its own request`, async (t: TestContext) => {
    await using lodestone = await serve(`
export default async (request: Request) => {
  if (request.path === "/well") return new Response("well");
  ${handler}
};`);
    assert.equal((await request(lodestone.url("/"), { host: "good.test" })).text, "request 1");
    const neighbour = new Neighbour(lodestone.url("/"), "good.test");
    {
      await using _ = neighbour;
      await until("the neighbour is under way", () => neighbour.answered > 10);
      for (let i = 0; i < 3; i++) {
        const started = performance.now();
        const answer = await request(lodestone.url(`/bad/${i}`), { host: "bad.test" });
        const time = performance.now() - started;
        assert.ok(status.includes(answer.status), `status ${answer.status}`);
        assert.ok(time < 5000, `answered after ${time} ms`);
        assert.doesNotMatch(answer.text, /so there|bad\.ts/, "clients learn nothing of the inside");
      }
      const before = neighbour.answered;
      await until("the neighbour goes on", () => neighbour.answered > before + 10);
    }
    t.diagnostic(`neighbour: ${neighbour}`);
    assert.deepEqual([...neighbour.failures], []);
    assert.ok(neighbour.slowest < 1500, `${neighbour}`);
    await lodestone.waitForLog((line) => Number(line.level) >= 40 && log.test(JSON.stringify(line)));
    const well = await until("its other requests are answered", async () => {
      const answer = await request(lodestone.url("/well"), { host: "bad.test" });
      return answer.status === 200 && answer;
    });
    assert.equal(well.text, "well");
  });
}

for (const [name, handler] of [
  ["never ends", "for (;;);"],
  ["never ends after an await", "await null; for (;;);"],
  ["throws", "throw new Error('no');"],
  ["recurses without end", "const deeper = (): number => 1 + deeper(); deeper();"],
] as const) {
  test(`a request whose script ${name} harms no other request of the same site`, async () => {
    await using lodestone = await serve(`
export default async (request: Request) => {
  if (request.path === "/bad") { ${handler} }
  return new Response("well");
};`);
    const connections = await Promise.all(
      Array.from({ length: 9 }, () => RawConnection.open(lodestone.address)),
    );
    const send = (connection: RawConnection, path: string): void =>
      connection.write(`GET ${path} HTTP/1.1\r\nHost: bad.test\r\nConnection: close\r\n\r\n`);
    try {
      for (const [i, connection] of connections.entries()) send(connection, i === 4 ? "/bad" : "/well");
      const answers = await Promise.all(connections.map((connection) => connection.receiveAll()));
      const statuses = answers.map((answer) => Number(answer.split(" ")[1]));
      assert.deepEqual(statuses, [200, 200, 200, 200, 500, 200, 200, 200, 200]);
    } finally {
      for (const connection of connections) connection[Symbol.dispose]();
    }
  });
}
