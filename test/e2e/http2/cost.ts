/**
 * What a request of HTTP/2 costs: CPU of the server for each request of h2load, of a worker whose script answers, and of
 * nginx. Prints a table.
 *
 *     node_modules/.bin/node test/e2e/http2/cost.ts
 */

import { freePort } from "../../support/free_port.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { startNginx } from "../../support/nginx.ts";
import { treeCpu } from "../../support/process_tree.ts";
import { h2load } from "./h2load.ts";

const REQUESTS = 100_000;
const LOADS = [
  ["10 sessions of 10 streams", "-c10", "-m10"],
  ["100 sessions of 1 stream", "-c100", "-m1"],
] as const;

async function measure(name: string, url: string, pid: number): Promise<void> {
  await h2load(url, "-n10000", "-c10", "-m10");
  for (const [load, ...args] of LOADS) {
    const before = treeCpu(pid);
    const { requestsPerSecond, statuses } = await h2load(url, `-n${REQUESTS}`, ...args);
    const each = (treeCpu(pid) - before) / REQUESTS;
    console.log(
      `${name.padEnd(30)} ${load.padEnd(26)} ${each.toFixed(1).padStart(6)} us of CPU a request, ` +
        `${Math.round(requestsPerSecond)} a second, ${statuses[0]} answered`,
    );
  }
}

const port = await freePort();
await using nginx = await startNginx({
  server: `listen 127.0.0.1:${port} http2; keepalive_requests 1000000; access_log off; location / { return 200 "hello"; }`,
});
await using lodestone = await startLodestone({
  config: 'workers: 1\nlog: { access: false }\nsites: [{ hosts: ["*"], scripts: [site.ts] }]',
  scripts: { "site.ts": 'export default () => new Response("hello");' },
});
await measure("lodestone, script", lodestone.url("/"), lodestone.workers()[0]!);
await measure("nginx, return", `http://127.0.0.1:${port}/`, nginx.pid);
