import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { TraceStep } from "../../core/observe/trace.ts";
import { openTrace, traceKey } from "../../core/observe/trace_seal.ts";
import { signTrace } from "../../core/observe/trace_signature.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { until } from "../support/until.ts";

const SECRET = "the secret of these tests";
const TRACE = `trace: { secret: "$${"{"}TRACE_SECRET}" }`;

const SCRIPT = `
import { stat, site } from "lodestone";

export default async (request: Request) => {
  stat(site.root + request.path);
  if (request.path === "/seen") return new Response([...request.headers.keys()].join());
  if (request.path === "/fetch") {
    const response = await fetch(request);
    return new Response("fetched " + (await response.text()), response);
  }
};
`;

interface Received {
  readonly head: string;
  readonly body: string;
}

/** A request over a connection of its own; every byte is the test's. */
async function ask(server: Lodestone, target: string, fields: string, host = "a.test"): Promise<Received> {
  using connection = await RawConnection.open(server.address);
  connection.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${fields}\r\n`);
  const text = await connection.receiveAll();
  const end = text.indexOf("\r\n\r\n");
  // Everything but what differs from request to request anyway.
  return { head: text.slice(0, end).replace(/\r\nDate: [^\r]*/i, ""), body: text.slice(end + 4) };
}

function signed(target: string, seconds = 60, secret = SECRET, host = "a.test"): string {
  const [path = "", query] = target.split("?");
  const expiry = Math.floor(Date.now() / 1000) + seconds;
  return `Lodestone-Trace: ${signTrace({ method: "GET", host, path, query }, secret, expiry)}\r\n`;
}

const isTraced = ({ head }: Received): boolean => /\r\nLodestone-Trace/i.test(head);

function opened({ head }: Received): TraceStep[] {
  const sealed = /\r\nLodestone-Trace: ([^\r]*)/.exec(head)?.[1] ?? "";
  return openTrace(sealed, traceKey(SECRET)) ?? assert.fail(`no trace in ${head}`);
}

function serve(origin: Origin, trace: string): Promise<Lodestone> {
  return startLodestone({
    config: `workers: 2
${trace}
log: { level: debug }
sites:
  - hosts: [a.test]
    scripts: [site.ts]
    root: .
    backend: ${origin.url}
  - hosts: ["*"]
    backend: ${origin.url}
`,
    scripts: { "site.ts": SCRIPT },
    env: { TRACE_SECRET: SECRET },
  });
}

test("live traces, over real sockets", async (t) => {
  await using origin = await startOrigin((request, response) =>
    response.writeHead(200, { "X-Backend": "1" }).end(`backend ${request.url}`),
  );
  await using server = await serve(origin, TRACE);

  await t.test("a right signature brings the trace; nothing else of the answer is another", async () => {
    for (const target of ["/x?q=1", "/fetch", "/seen", "/site.ts"]) {
      const plain = await ask(server, target, "");
      const traced = await ask(server, target, signed(target));
      const without = traced.head.replace(/\r\nLodestone-Trace(-Id)?: [^\r]*/g, "");
      assert.deepEqual({ ...traced, head: without }, plain);
      const steps = opened(traced);
      const [first] = steps;
      assert.ok(first?.step === "request" && first.target === target);
      assert.equal(steps.at(-1)!.step, "send");
      assert.equal(steps.filter(({ step }) => step === "stat").length, 1);
    }
  });

  await t.test("the log has the same trace, to its end, under the request's id", async () => {
    const traced = await ask(server, "/fetch", signed("/fetch"));
    const id = /\r\nLodestone-Trace-Id: ([^\r]*)/.exec(traced.head)?.[1];
    const line = await server.waitForLog((each) => each.msg === "trace" && each.id === id);
    const steps = line.trace as TraceStep[];
    assert.deepEqual(steps.slice(0, -1), opened(traced));
    const last = steps.at(-1)!;
    assert.ok(last.step === "end of request" && last.bytes === traced.body.length && last.scripts > 0);
    assert.equal(server.log().filter((each) => each.msg === "trace" && each.id === id).length, 1);
    await server.waitForLog((each) => each.msg === "request" && each.id === id);
  });

  await t.test("a signature is for one method, host, path and query", async () => {
    const fields = signed("/x?q=1");
    assert.equal(isTraced(await ask(server, "/x?q=1", fields)), true);
    assert.equal(isTraced(await ask(server, "/x?q=2", fields)), false);
    assert.equal(isTraced(await ask(server, "/x", fields)), false);
    assert.equal(isTraced(await ask(server, "/y?q=1", fields)), false);
    assert.equal(isTraced(await ask(server, "/x?q=1", fields, "b.test")), false);
    // Another spelling of the same is the same.
    assert.equal(isTraced(await ask(server, "/./%78?q=1", fields, "A.test:80")), true);
  });

  await t.test("one that is wrong, or no longer valid, changes nothing in the answer", async () => {
    const plain = await ask(server, "/x", "");
    for (const fields of [
      signed("/x", 60, "another secret of a test"),
      signed("/x", -1),
      signed("/x", 86_400),
      "Lodestone-Trace: 1.abc\r\n",
      `Lodestone-Trace: ${"9".repeat(2000)}\r\n`,
      signed("/x") + signed("/x"),
    ]) {
      assert.deepEqual(await ask(server, "/x", fields), plain, fields);
    }
    await server.waitForLog(
      (line) => line.msg === "not traced" && line.reason === "its signature is expired",
    );
  });

  await t.test("it can be used again until it expires, and not after", async () => {
    const fields = signed("/x", 2);
    assert.equal(isTraced(await ask(server, "/x", fields)), true);
    assert.equal(isTraced(await ask(server, "/x", fields)), true);
    await until("it expires", async () => {
      await pause(100);
      return !isTraced(await ask(server, "/x", fields));
    });
  });

  await t.test("sites without scripts are traced, too", async () => {
    const steps = opened(await ask(server, "/y", signed("/y", 60, SECRET, "c.test"), "c.test"));
    assert.deepEqual(
      steps.map(({ step }) => step),
      ["request", "escalate", "answer", "send"],
    );
  });

  await t.test("a new version of a script tells its own lines", async () => {
    server.folder.write("site.ts", `\n\n\nexport default () => new Response("second");\n`);
    const traced = await until("the new version serves", async () => {
      const received = await ask(server, "/x", signed("/x"));
      return received.body === "second" ? received : undefined;
    });
    const step = opened(traced).find((each) => each.step === "return");
    assert.ok(step?.step === "return" && step.place?.endsWith("/site.ts:4:22"), JSON.stringify(step));
  });

  await t.test("no backend and no script has ever seen the header", () => {
    assert.ok(origin.requests.length > 10);
    for (const { headers } of origin.requests) {
      assert.deepEqual(
        Object.keys(headers).filter((name) => name.includes("lodestone")),
        [],
      );
    }
  });
});

test("without a secret nothing is traced, and the header goes nowhere", async () => {
  await using origin = await startOrigin((_, response) => response.end("backend"));
  await using server = await serve(origin, "");
  const plain = await ask(server, "/x", "");
  assert.deepEqual(await ask(server, "/x", signed("/x")), plain);
  assert.equal((await ask(server, "/seen", signed("/seen"))).body, "connection,host");
  for (const { headers } of origin.requests) assert.equal("lodestone-trace" in headers, false);
  assert.equal(
    server.log().some((line) => line.msg === "trace" || line.msg === "not traced"),
    false,
  );
});
