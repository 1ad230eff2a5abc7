import assert from "node:assert/strict";
import test from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { request } from "../support/request.ts";

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

test("the log names the line of a script that failed, and no client learns of it", async () => {
  await using lodestone = await serve(`
export default async (request: Request) => {
  if (request.path === "/later") await new Promise((resolve) => setTimeout(resolve, 20));
  if (request.path === "/nonsense") return { status: "fine" } as never;
  throw new RangeError("so there");
};`);
  for (const path of ["/", "/later", "/nonsense"]) {
    const answer = await request(lodestone.url(path), { host: "bad.test" });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.text, /so there|bad\.ts|return a Response/);
  }
  for (const text of [
    /GET \/ .*so there.*bad\.ts:5/,
    /GET \/later .*so there.*bad\.ts:5/,
    /GET \/nonsense .*return a Response/,
  ]) {
    await lodestone.waitForLog((line) => Number(line.level) >= 40 && text.test(`${line.msg}`));
  }
});

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
