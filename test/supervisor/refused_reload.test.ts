import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import test from "node:test";
import { adminJson, scrape } from "../support/admin.ts";
import { freePort } from "../support/free_port.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { metric } from "../support/metrics_text.ts";
import { startOrigin } from "../support/origin.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";
import { ask } from "./supervised.ts";

const answer = (text: string) => `export default () => new Response(${JSON.stringify(text)});\n`;
const REFUSED = "not reloaded; what serves goes on";

/** The configuration that `startLodestone` writes, anew, and what becomes of a reload. */
async function reload(lodestone: Lodestone, listen: string, config: string): Promise<unknown> {
  const outcomes = () => lodestone.log().filter(({ msg }) => msg === "reloaded" || msg === REFUSED);
  const before = outcomes().length;
  lodestone.folder.write("lodestone.yaml", `listen: [${listen}]\n${config}`);
  process.kill(lodestone.pid, "SIGHUP");
  return (await until("the reload is over", () => outcomes()[before])).reason;
}

/** Channels to workers are sockets, too. */
function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const isSocket = (fd: string): boolean => {
    try {
      return readlinkSync(`${folder}/${fd}`).startsWith("socket:");
    } catch {
      // Closed since the folder was read.
      return false;
    }
  };
  return readdirSync(folder).filter(isSocket).length;
}

test("a reload that its scripts refuse closes the address it came with, which the next one can have", async () => {
  const config = "admin: 127.0.0.1:0\nworkers: 2\n";
  await using lodestone = await startLodestone({
    config: `${config}sites: [{ scripts: one.ts }]\n`,
    scripts: { "one.ts": answer("one"), "wrong.ts": "export default (", "throws.ts": "throw 1;" },
  });
  const added = await freePort();
  const before = openSockets(lodestone.pid);
  const listen = `"127.0.0.1:0", "127.0.0.1:${added}"`;
  for (const script of ["wrong.ts", "throws.ts"]) {
    assert.ok(await reload(lodestone, listen, `${config}sites: [{ scripts: ${script} }]\n`), script);
    // One that is bound and not listened on would refuse connections as well, until the last worker that has it ends.
    await until("what was opened for it is closed", () => openSockets(lodestone.pid) === before);
    assert.equal(lodestone.workers().length, 2);
    await assert.rejects(ask(`http://127.0.0.1:${added}/`), /ECONNREFUSED/);
  }
  const told = await scrape(lodestone);
  const ends = (reason: string) => metric(told, "lodestone_worker_ends_total", { reason });
  const starts = metric(told, "lodestone_worker_starts_total");
  assert.ok(starts > 2, "workers were started for it");
  assert.equal(ends("clean"), starts - 2, "that they were ended is no crash");
  assert.equal(metric(told, "lodestone_worker_ends_total"), starts - 2);
  assert.equal(metric(told, "lodestone_reloads_total", { outcome: "refused" }), 2);
  const errors = lodestone.log().filter(({ msg, level }) => msg === "worker ended" && Number(level) >= 50);
  assert.deepEqual(errors, []);

  assert.equal(await reload(lodestone, listen, `${config}sites: [{ scripts: one.ts }]\n`), undefined);
  assert.equal((await ask(`http://127.0.0.1:${added}/`)).body, "one");
});

test("an address that holds one which still serves is refused with the way to get there", async () => {
  const port = await freePort();
  const config = "workers: 1\nsites: [{ scripts: one.ts }]\n";
  await using lodestone = await startLodestone({
    listen: `["127.0.0.1:${port}"]`,
    config,
    scripts: { "one.ts": answer("one") },
  });
  assert.match(
    String(await reload(lodestone, `"0.0.0.0:${port}"`, config)),
    new RegExp(
      `cannot listen on 0.0.0.0:${port}: this server itself listens on 127.0.0.1:${port} .*needs a restart`,
    ),
  );
  assert.equal((await ask(lodestone.url("/"))).body, "one");
});

test("a quarantine of workers that only finish what they have begun is not one of the site as it is now", async () => {
  const held = Promise.withResolvers<() => void>();
  await using origin = await startOrigin((_, response) => held.resolve(() => response.end("go on")));
  const config = `
admin: 127.0.0.1:0
workers: 1
quarantine: { share: 5, time: 60s }
backends: { origin: ${origin.url} }
sites: [{ scripts: [site.ts], limits: { cpu: 2s, deadline: 60s } }]
`;
  await using lodestone = await startLodestone({
    config,
    scripts: {
      "site.ts": `
        export default async (request: Request) => {
          if (request.path !== "/spin") return new Response("fine");
          await fetch("backend:origin/");
          for (;;);
        };`,
    },
  });
  const spinning = request(lodestone.url("/spin")).catch(() => {});
  const goOn = await held.promise;
  assert.equal(await reload(lodestone, '"127.0.0.1:0"', config), undefined);
  goOn();
  const line = await until(
    "quarantined",
    () => lodestone.log().find(({ msg }) => msg === "site quarantined"),
    {
      timeout: 30_000,
    },
  );
  assert.match(String(line.reason), /used up \d+% of a worker's time/);
  await spinning;
  const [site] = await adminJson<{ scripts: { quarantine: unknown } }[]>(lodestone, "/sites");
  assert.equal(site?.scripts.quarantine, null);
  assert.equal((await request(lodestone.url("/"))).text, "fine");
});
