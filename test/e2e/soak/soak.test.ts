import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Child } from "../../support/child.ts";
import { type Lodestone, startLodestone } from "../../support/lodestone.ts";
import type { SoakReport } from "./soak_client.ts";

/** Seconds of load. All of it: `LODESTONE_SOAK=1800 npm test -- test/e2e/soak/soak.test.ts`, half an hour. */
const SECONDS = Number(process.env.LODESTONE_SOAK ?? 20);
/** Seconds between reloads, of the configuration and of a script in turn. */
const BETWEEN = Math.max(3, SECONDS / 60);
/** Part of what the machine can carry. */
const HALF = 0.5;
/** Megabytes that the processes may have grown by in the end. */
const GROWTH = 60;
const CLIENT = fileURLToPath(new URL("soak_client.ts", import.meta.url));

const script = (version: number): string => `
const version = ${version};
export default async (request) => {
  if (request.path === "/script") return new Response("answer");
  if (request.path === "/fetched") return fetch("backend:app", request);
  if (request.path.startsWith("/app/")) request.backend = "app";
};
`;

/** Megabytes of the supervisor and the two workers that serve; those that leave are not what grows. */
function memory(lodestone: Lodestone): number {
  const sizes = lodestone.processes().map(({ resident }) => resident / 2 ** 20);
  return sizes
    .toSorted((a, b) => b - a)
    .slice(0, 3)
    .reduce((sum, size) => sum + size, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function load(url: string, rate: number, during: () => Promise<void>): Promise<SoakReport> {
  await using client = new Child(process.execPath, [CLIENT, url, String(rate)]);
  await sleep(500);
  await during();
  client.process.kill("SIGTERM");
  const { stdout, stderr } = await client.ended;
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as SoakReport;
}

test(`${SECONDS} seconds at half load with reloads: no request fails, memory stays`, async (t) => {
  const origin = createServer((request, response) => {
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on("end", () =>
      response.end(request.method === "POST" ? String(length) : Buffer.alloc(1024, "b")),
    );
  });
  await new Promise<void>((resolve) => origin.listen(0, "127.0.0.1", resolve));
  t.after(() => origin.close());
  const { port } = origin.address() as AddressInfo;
  await using lodestone = await startLodestone({
    config:
      "workers: 2\nlog: { access: false }\nsites: [{ hosts: ['*'], scripts: [site.js], root: files }]\n" +
      `backends: { app: 'http://127.0.0.1:${port}' }\n`,
    scripts: { "site.js": script(0) },
    files: { "files/small.txt": "s".repeat(1024), "files/large.bin": new Uint8Array(1_048_576) },
  });

  const busy = await load(lodestone.address, 0, () => sleep(3000));
  assert.deepEqual(busy.failures, {});
  const rate = Math.floor((busy.answered / busy.seconds) * HALF);
  const samples: number[] = [];
  let reloads = 0;
  const report = await load(lodestone.address, rate, async () => {
    const end = performance.now() + SECONDS * 1000;
    for (let version = 1; performance.now() < end; version++) {
      await sleep(BETWEEN * 1000);
      samples.push(memory(lodestone));
      reloads++;
      if (version % 2 === 0) process.kill(lodestone.pid, "SIGHUP");
      else writeFileSync(join(lodestone.folder.path, "site.js"), script(version));
    }
  });
  const third = Math.ceil(samples.length / 3);
  const [early, late] = [median(samples.slice(0, third)), median(samples.slice(-third))];
  t.diagnostic(
    `${report.answered} answers in ${report.seconds.toFixed(0)} s at ${rate} each second, ${reloads} reloads; ` +
      `p50 ${report.p50.toFixed(1)} ms, p99 ${report.p99.toFixed(1)} ms, slowest ${report.slowest.toFixed(0)} ms; ` +
      `memory ${early.toFixed(0)} to ${late.toFixed(0)} MB; failures ${JSON.stringify(report.failures)}`,
  );
  assert.deepEqual(report.failures, {});
  assert.ok(report.answered > rate * SECONDS * 0.8, `${report.answered} answers`);
  assert.ok(late - early < GROWTH, `memory grew from ${early} to ${late} MB`);
});
