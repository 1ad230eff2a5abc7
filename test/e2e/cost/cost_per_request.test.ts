import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { scrape } from "../../support/admin.ts";
import { Child } from "../../support/child.ts";
import { type Lodestone, startLodestone } from "../../support/lodestone.ts";
import { metric } from "../../support/metrics_text.ts";
import { type Origin, startOrigin } from "../../support/origin.ts";
import { missingPeer } from "../../support/peer.ts";
import { until } from "../../support/until.ts";
import { KeepAliveClient } from "./keep_alive_client.ts";

/** Requests over which is counted: so many that what happens once does not show. */
const REQUESTS = 2_000;
/** Requests before, by which V8 has compiled what it will. */
const WARM_UP = 20_000;

interface Row {
  readonly what: string;
  readonly host: string;
  /**
   * Recorded figures with room for what time brings along (timers, the watchdog's beat), not for another call or
   * object in each request. Bytes are those of the host's isolate.
   */
  readonly most: { readonly systemCalls: number; readonly entries: number; readonly bytes: number };
}

const ROWS: readonly Row[] = [
  { what: "an answer of a script", host: "answer", most: { systemCalls: 2.4, entries: 1, bytes: 4_800 } },
  { what: "a kept answer of a script", host: "kept", most: { systemCalls: 2.4, entries: 0, bytes: 3_200 } },
  { what: "a file behind a script", host: "behind", most: { systemCalls: 2.4, entries: 1, bytes: 6_000 } },
  {
    what: "a request that a script rewrites and a backend answers",
    host: "passed",
    most: { systemCalls: 4.5, entries: 1, bytes: 9_200 },
  },
  {
    what: "a script that asks a backend and answers with what it says",
    host: "asking",
    most: { systemCalls: 4.5, entries: 3, bytes: 14_700 },
  },
  { what: "a file without a script", host: "file", most: { systemCalls: 2.4, entries: 0, bytes: 6_500 } },
];

const CONFIG = `
workers: 1
log: { level: silent, access: false }
admin: 127.0.0.1:0
sites:
  - { hosts: [answer], scripts: [answer.ts] }
  - { hosts: [kept], scripts: [kept.ts] }
  - { hosts: [behind], scripts: [behind.ts], root: root }
  - { hosts: [file], root: root }
  - { hosts: [passed], scripts: [passed.ts], backend: app }
  - { hosts: [asking], scripts: [asking.ts], backend: app }
`;

async function start(backend: Origin): Promise<Lodestone> {
  const counter = fileURLToPath(new URL("count_allocations.js", import.meta.url));
  return await startLodestone({
    config: `${CONFIG}backends: { app: ${backend.url} }\n`,
    scripts: {
      "answer.ts": 'export default () => new Response("123");',
      "kept.ts": 'export default () => new Response("123", { cache: { ttl: 3600 } });',
      "passed.ts": `export default (request: Request) => {
  request.path = "/other";
  request.headers.set("x-variant", "a");
};`,
      "asking.ts": `export default async () => {
  const answer = await fetch("backend:app/other");
  return new Response(await answer.text());
};`,
      "behind.ts": "export default () => {};",
    },
    files: { "root/file": "x".repeat(1_000) },
    env: { NODE_OPTIONS: `--import ${counter}` },
  });
}

/** Bytes that the worker's own isolate has allocated so far. */
async function allocated(lodestone: Lodestone): Promise<number> {
  const [worker] = lodestone.workers();
  const file = join(lodestone.folder.path, `allocated.${worker}`);
  rmSync(file, { force: true });
  process.kill(worker!, "SIGUSR2");
  return await until("the number of bytes", () => {
    try {
      return /^(\d+)\n$/.exec(readFileSync(file, "latin1"))?.[1];
    } catch {
      return undefined;
    }
  }).then(Number);
}

async function entries(lodestone: Lodestone, site: string): Promise<number> {
  return metric(await scrape(lodestone), "lodestone_isolate_entries_total", { site }) ?? 0;
}

/** What happens by the clock, or as the kernel has it: waiting, beats of the watchdog, memory, other threads. */
const BY_CHANCE =
  "epoll_pwait,futex,getrusage,clock_nanosleep,clock_gettime,madvise,mmap,munmap,mprotect,brk,sched_yield,pwrite64,getpid,restart_syscall,gettid,tgkill,rt_sigreturn,rt_sigprocmask";

/** System calls of the worker's main thread meanwhile. */
async function systemCalls(lodestone: Lodestone, action: () => Promise<void>): Promise<number> {
  const [worker] = lodestone.workers();
  await using strace = new Child("strace", [
    "--summary-only",
    `--trace=!${BY_CHANCE}`,
    "--attach",
    String(worker),
  ]);
  await until("strace is attached", () => strace.stderr.includes("attached"));
  await action();
  strace.process.kill("SIGINT");
  const { stderr } = await strace.ended;
  const total = /^\s*100\.00\s+\S+\s+(?:\S+\s+)?(\d+)\s+(?:\d+\s+)?total$/m.exec(stderr)?.[1];
  assert.ok(total !== undefined, stderr);
  return Number(total);
}

describe("what a request over a kept connection costs", { skip: missingPeer("strace") ?? false }, () => {
  for (const { what, host, most } of ROWS) {
    it(`${what}: no more system calls, entries and allocations than recorded`, async (t) => {
      await using backend = await startOrigin((_, response) => response.end("x".repeat(1_000)));
      await using lodestone = await start(backend);
      using client = await KeepAliveClient.connect(`${lodestone.address}/file`, host);
      await client.ask(WARM_UP);
      const entriesBefore = await entries(lodestone, host);
      const bytesBefore = await allocated(lodestone);
      await client.ask(REQUESTS);
      const bytes = ((await allocated(lodestone)) - bytesBefore) / REQUESTS;
      const entered = ((await entries(lodestone, host)) - entriesBefore) / REQUESTS;
      const calls = (await systemCalls(lodestone, () => client.ask(REQUESTS))) / REQUESTS;
      const figures = `${calls.toFixed(2)} system calls, ${entered.toFixed(2)} entries, ${Math.round(bytes)} bytes`;
      t.diagnostic(`${what}: ${figures} per request`);
      assert.ok(calls <= most.systemCalls, `system calls: ${figures}`);
      assert.ok(entered <= most.entries, `entries: ${figures}`);
      assert.ok(bytes <= most.bytes, `bytes: ${figures}`);
    });
  }
});
