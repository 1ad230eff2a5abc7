import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../core/config/config.ts";
import { ask, Supervised } from "../supervisor/supervised.ts";
import { heartbeatOf } from "../support/heartbeat.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { type Answer, request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { Neighbour } from "./neighbour.ts";

/** Milliseconds to a worker's replacement; a third of it on an idle machine. */
const REPLACED = 1500;

/** Index of the bad site. */
const BAD = 1;
/** Signs of life within which an idle worker reports the time that scripts have lost. */
const REPORTED = 4;

const good = "export default () => new Response('good');\n";
const repaired = "export default () => new Response('repaired');\n";

/** Handles `/well`; everything else does what `body` says. */
const bad = (body: string): string => `
export default async (request: Request) => {
  if (request.path === "/well") return new Response("well");
  ${body}
};
`;

interface Options {
  readonly script: string;
  readonly config?: Partial<Config>;
  readonly workerFlags?: readonly string[];
  readonly cpu?: number;
}

/** A good site for every host and a bad one, in one worker. */
function serve({ script, config, workerFlags, cpu = 50 }: Options): Supervised {
  return new Supervised({
    scripts: { "good.ts": good, "bad.ts": script },
    sites: [{ host: "bad.test", script: "bad.ts", limits: { cpu } }],
    config: { workers: 1, ...config },
    ...(workerFlags === undefined ? {} : { workerFlags }),
  });
}

/** Status of an answer, or the code of what went wrong instead. */
function outcome(url: string): Promise<Answer | string> {
  return request(url, { host: "bad.test" }).catch(
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

/** Milliseconds from a log line to the first one of a worker that is ready after it. */
async function replacementTime(supervised: Supervised, killed: Record<string, unknown>): Promise<number> {
  const after = (line: Record<string, unknown>): boolean => Number(line.time) >= Number(killed.time);
  const ready = await supervised.logged("worker ready", after);
  return Number(ready.time) - Number(killed.time);
}

test("what the limits of an isolate do not stop ends with the worker, then with quarantine; a repaired script lifts it", async (t) => {
  await using supervised = serve({
    script: bad("const x: unknown[] = []; for (;;) x.push(new Array(1000));"),
    // Without --no-use-osr neither the memory limit of the isolate nor its CPU limit holds.
    workerFlags: ["--no-node-snapshot"],
    config: { watchdog: { heartbeat: 1000, memory: 512 * 2 ** 20 } },
    // Long enough for V8 to compile the loop into what no limit stops, also on a busy machine.
    cpu: 1000,
  });
  const url = await supervised.serving();
  await using neighbour = new Neighbour(url, "good.test");
  await until("the neighbour is under way", () => neighbour.answered > 10);

  for (const times of [1, 2]) {
    const killed = await until("the watchdog kills the worker", async () => {
      const broken = typeof (await outcome(`${url}/bad`)) === "string";
      return broken && supervised.log("worker killed by the watchdog")[times - 1];
    });
    assert.equal(killed.site, "bad.test");
    t.diagnostic(`${killed.reason}; replaced after ${await replacementTime(supervised, killed)} ms`);
    const before = neighbour.answered;
    const answers = await until("the neighbour is answered again", () => neighbour.answered > before + 10);
    assert.ok(answers);
    assert.ok((await replacementTime(supervised, killed)) < REPLACED);
  }

  const quarantined = await supervised.logged("site quarantined");
  assert.equal(quarantined.site, "bad.test");
  assert.match(String(quarantined.reason), /2 of its workers/);
  const failures = new Map(neighbour.failures);
  const answered = neighbour.answered;
  for (const path of ["/bad", "/well", "/bad"]) {
    const answer = await request(url + path, { host: "bad.test" });
    assert.equal(answer.status, 503);
    const retryAfter = Number(answer.headers["retry-after"]);
    assert.ok(retryAfter > 20 && retryAfter <= 30, `Retry-After: ${retryAfter}`);
    assert.doesNotMatch(answer.text, /quarantine|worker|bad\.ts/, "clients learn nothing of the inside");
  }
  const line = await supervised.logged(
    "request",
    ({ site, code }) => site === "bad.test" && code !== undefined,
  );
  assert.equal(line.code, "site_quarantined");
  await until("the neighbour goes on", () => neighbour.answered > answered + 50);
  assert.deepEqual(neighbour.failures, failures, "the neighbour does not notice");

  supervised.save("bad.ts", repaired);
  const answer = await until("the repaired script answers", async () => {
    const found = await request(url, { host: "bad.test" });
    return found.status === 200 && found;
  });
  assert.equal(answer.text, "repaired");
  assert.match(String((await supervised.logged("quarantine lifted")).reason), /new version/);
  assert.deepEqual(neighbour.failures, failures);
  t.diagnostic(`neighbour: ${neighbour}`);
});

test("a worker whose loop no longer turns is killed and replaced; no site is blamed when none was running", async (t) => {
  await using supervised = serve({
    script: repaired,
    config: { watchdog: { heartbeat: 1000, memory: 2 ** 30 } },
  });
  const url = await supervised.serving();
  const [stuck] = supervised.workers();
  await until("the last request is history", async () => (await ask(url)).status === 200);
  await until("the site that ran last is no longer named", () => heartbeatOf(stuck!).site === -1);
  const stopped = performance.now();
  process.kill(stuck!, "SIGSTOP");
  const killed = await supervised.logged("worker killed by the watchdog");
  t.diagnostic(`killed ${Math.round(performance.now() - stopped)} ms after it was stopped: ${killed.reason}`);
  assert.deepEqual([killed.worker, killed.site], [stuck, undefined]);
  assert.match(String(killed.reason), /no sign of life/);
  assert.equal((await ask(url)).status, 200);
  assert.ok((await replacementTime(supervised, killed)) < REPLACED);
});

/** What ends a worker although V8 has the right flags: found by trying. */
const attacks: readonly { readonly name: string; readonly handler: string; readonly end: RegExp }[] = [
  {
    name: "loops where V8 looks for no interruption",
    handler: "Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);",
    end: /no sign of life/,
  },
  {
    name: "asks for more than V8 can count",
    handler: "'a'.repeat(2 ** 28).split('');",
    end: /killed by SIG(TRAP|ILL|ABRT)/,
  },
];

for (const { name, handler, end } of attacks) {
  test(`a script that ${name} ends two workers at most`, async (t) => {
    await using supervised = serve({
      script: bad(handler),
      config: { watchdog: { heartbeat: 1000, memory: 2 ** 30 } },
    });
    const url = await supervised.serving();
    await using neighbour = new Neighbour(url, "good.test");
    await until("the neighbour is under way", () => neighbour.answered > 10);
    const answer = await until("its requests get 503", async () => {
      const found = await outcome(`${url}/bad`);
      return typeof found !== "string" && found.status === 503 && found;
    });
    assert.ok(Number(answer.headers["retry-after"]) > 20);
    const ends = supervised.log().filter(({ site, reason }) => site === "bad.test" && end.test(`${reason}`));
    assert.equal(ends.filter(({ msg }) => msg !== "site quarantined").length, 2, JSON.stringify(ends));
    assert.equal(supervised.log("worker ended").length, 2);
    const { answered } = neighbour;
    await until("the neighbour goes on", () => neighbour.answered > answered + 10);
    t.diagnostic(`neighbour: ${neighbour}`);
  });
}

test("a worker that dies inside a site's scripts blames it", async () => {
  await using supervised = serve({ script: bad("for (;;);"), cpu: 5000 });
  const url = await supervised.serving();
  for (const times of [1, 2]) {
    assert.equal((await ask(url)).status, 200);
    const [worker] = supervised.workers();
    const victim = outcome(`${url}/bad`);
    await until("its scripts run", () => heartbeatOf(worker!).site === BAD);
    process.kill(worker!, "SIGSEGV");
    assert.equal(typeof (await victim), "string");
    const ended = await until("the end is logged", () => supervised.log("worker ended")[times - 1]);
    assert.equal(ended.site, "bad.test");
  }
  assert.equal((await supervised.logged("site quarantined")).site, "bad.test");
  const answer = (await outcome(`${url}/well`)) as Answer;
  assert.equal(answer.status, 503);
});

test("a site whose answers fill the worker's memory is blamed, not the neighbour that runs all the time", async (t) => {
  await using supervised = serve({
    script: bad("return new Response(Math.random() + 'x'.repeat(8e6) + Math.random());"),
    config: { watchdog: { heartbeat: 2000, memory: 400 * 2 ** 20 } },
  });
  const url = await supervised.serving();
  await using neighbour = new Neighbour(url, "good.test");
  await until("the neighbour is under way", () => neighbour.answered > 10);
  // Clients that ask and do not read.
  const clients: RawConnection[] = [];
  try {
    await until(
      "the watchdog kills the worker",
      async () => {
        const client = await RawConnection.open(url).catch(() => undefined);
        client?.socket.pause();
        client?.write("GET /bad HTTP/1.1\r\nHost: bad.test\r\n\r\n");
        if (client !== undefined) clients.push(client);
        return supervised.log("worker killed by the watchdog").length > 0;
      },
      { every: 20 },
    );
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
  const [killed] = supervised.log("worker killed by the watchdog");
  t.diagnostic(`${clients.length} clients: ${killed?.reason}`);
  assert.equal(killed?.site, "bad.test");
});

test("a worker that is lawfully busy is left alone", async () => {
  await using supervised = serve({
    script: bad("const end = Date.now() + 2500; while (Date.now() < end); return new Response('done');"),
    config: { watchdog: { heartbeat: 1000, memory: 2 ** 30 } },
    cpu: 4000,
  });
  const url = await supervised.serving();
  const answer = (await outcome(`${url}/long`)) as Answer;
  assert.equal(answer.text, "done");
  assert.deepEqual(supervised.log("worker killed by the watchdog"), []);
});

test("a site whose scripts use up a worker's time is quarantined; a slow request now and then is not", async () => {
  await using supervised = serve({
    script: bad(
      'if (request.path === "/wait") await new Promise((done) => setTimeout(done, 9000)); else for (;;);',
    ),
    cpu: 200,
    config: { quarantine: { deaths: 2, window: 60_000, share: 20, time: 1000, longest: 60_000 } },
  });
  const url = await supervised.serving();
  const slow = (await outcome(`${url}/bad`)) as Answer;
  assert.equal(slow.status, 500);
  const [worker] = supervised.workers();
  const { sequence } = heartbeatOf(worker!);
  await until("its loss has been reported", () => heartbeatOf(worker!).sequence > sequence + REPORTED);
  assert.equal(((await outcome(`${url}/well`)) as Answer).status, 200);
  const waiting = outcome(`${url}/wait`);
  await until(
    "the site is quarantined",
    async () => ((await outcome(`${url}/bad`)) as Answer).status === 503,
  );
  assert.match(String((await supervised.logged("site quarantined")).reason), /% of a worker's time/);
  assert.equal(((await waiting) as Answer).status, 503, "what its scripts had begun ends");
  assert.deepEqual(await ask(url), { status: 200, body: "good" });
  // It has its next try when the time has passed.
  await until("it is lifted", async () => ((await outcome(`${url}/well`)) as Answer).status === 200);
  assert.match(String((await supervised.logged("quarantine lifted")).reason), /time/);
});
