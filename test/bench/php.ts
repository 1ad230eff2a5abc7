// The same page by PHP and by a script: `npm run bench -- php.ts`; what is measured is in README.md.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startLodestone } from "../support/lodestone.ts";
import { startNginx } from "../support/nginx.ts";
import { missingPeer } from "../support/peer.ts";
import { type PhpFpm, startPhpFpm } from "../support/php_fpm.ts";
import { treeCpu } from "../support/process_tree.ts";
import { request } from "../support/request.ts";
import { pinned } from "./bench_server.ts";
import { wrk } from "./loads/wrk.ts";
import { type Spread, spread } from "./spread.ts";
import { columns } from "./table.ts";

/** Of the client, and processes of php-fpm. */
const CONNECTIONS = 16;
const PATH = "/page.php?name=Kurt%20%26%20Anna";

/** One way to the page: all processes whose CPU time counts. */
interface Way {
  readonly title: string;
  readonly url: string;
  readonly pids: readonly number[];
}

export interface PhpResult {
  readonly title: string;
  readonly requestsPerSecond: Spread;
  /** Microseconds, of all processes on the way. */
  readonly cpuPerRequest: Spread;
}

export interface PhpOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUp: number;
}

const source = (file: string): string =>
  readFileSync(new URL(`workloads/php/${file}`, import.meta.url), "utf8");

/** All ways in turn, on the servers' core, each checked to give the same page. */
export async function measurePhp(options: PhpOptions): Promise<PhpResult[]> {
  await using stack = new AsyncDisposableStack();
  const ways = await startWays(stack);
  const pages = await Promise.all(ways.map(({ url }) => request(url + PATH)));
  for (const [i, { status, text }] of pages.entries()) {
    assert.equal(status, 200, ways[i]!.title);
    assert.match(
      text,
      /Good day, Kurt &amp; Anna[\s\S]*<tr><td>40<td>Obsidian<td>8,841 kg\n/,
      ways[i]!.title,
    );
    assert.equal(text, pages[0]!.text, ways[i]!.title);
  }
  const figures = ways.map(() => ({ rates: [] as number[], costs: [] as number[] }));
  for (let round = -1; round < options.rounds; round++) {
    const seconds = round === -1 ? options.warmUp : options.seconds;
    for (const [i, { url, pids }] of ways.entries()) {
      const cpu = (): number => pids.reduce((sum, pid) => sum + treeCpu(pid), 0);
      const before = cpu();
      const asked = [{ path: PATH, body: "" }];
      const { requests, requestsPerSecond } = await wrk(url, asked, { seconds, connections: CONNECTIONS });
      if (round === -1) continue;
      figures[i]!.rates.push(requestsPerSecond);
      figures[i]!.costs.push((cpu() - before) / requests);
    }
  }
  return ways.map(({ title }, i) => ({
    title,
    requestsPerSecond: spread(figures[i]!.rates),
    cpuPerRequest: spread(figures[i]!.costs),
  }));
}

async function startWays(stack: AsyncDisposableStack): Promise<Way[]> {
  // A kept connection has a process of php-fpm to itself, so those that get no connection would wait for ever for one
  // of the same php-fpm.
  const options = { scripts: { "page.php": source("page.php") }, children: CONNECTIONS, wrapper: pinned };
  const php = stack.use(await startPhpFpm(options));
  const freshPhp = stack.use(await startPhpFpm(options));
  const kept = stack.use(await startNginx(throughNginx(php, true)));
  const fresh = stack.use(await startNginx(throughNginx(freshPhp, false)));
  const withKept = stack.use(await proxyTo(kept.url, 64));
  const withFresh = stack.use(await proxyTo(fresh.url, 0));
  const script = stack.use(
    await startLodestone({
      wrapper: pinned,
      config: `${common}sites: [{ scripts: [page.ts] }]\n`,
      scripts: { "page.ts": source("page.ts") },
    }),
  );
  return [
    { title: "Lodestone's script", url: script.address, pids: [script.pid] },
    {
      title: "php-fpm by nginx, connections kept",
      url: kept.url,
      pids: [kept.pid, php.pid],
    },
    {
      title: "the same behind Lodestone, connections kept",
      url: withKept.address,
      pids: [withKept.pid, kept.pid, php.pid],
    },
    {
      title: "php-fpm by nginx behind Lodestone, a connection each",
      url: withFresh.address,
      pids: [withFresh.pid, fresh.pid, freshPhp.pid],
    },
  ];
}

const common = "workers: 1\nlog: { level: silent, access: false }\n";

/** A Lodestone whose script does nothing, so that the request goes on to nginx. */
function proxyTo(url: string, idleConnections: number): ReturnType<typeof startLodestone> {
  return startLodestone({
    wrapper: pinned,
    config: `${common}sites: [{ scripts: [site.ts], backend: app }]
backends: { app: { server: "${url}", idleConnections: ${idleConnections}, keepAlive: 1m } }
`,
    scripts: { "site.ts": "export default () => {};\n" },
  });
}

function throughNginx(php: PhpFpm, isKept: boolean): Parameters<typeof startNginx>[0] {
  return {
    wrapper: pinned,
    http: `upstream php { server unix:${php.socket}; ${isKept ? `keepalive ${CONNECTIONS};` : ""} }`,
    server: `
    access_log off;
    keepalive_requests 1000000000;
    location ~ \\.php$ {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME ${php.root}$fastcgi_script_name;
      fastcgi_pass php;
      fastcgi_keep_conn ${isKept ? "on" : "off"};
    }
`,
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  const missing = missingPeer("wrk", "taskset", "nginx", "php-fpm8.2");
  if (missing !== undefined) throw new Error(missing);
  const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), warmUp: 2 };
  const results = await measurePhp(options);
  const rows = results.map(({ title, requestsPerSecond, cpuPerRequest }) => [
    title,
    Math.round(requestsPerSecond.median).toLocaleString("en"),
    cpuPerRequest.median.toFixed(1),
    (cpuPerRequest.median / results[0]!.cpuPerRequest.median).toFixed(1),
  ]);
  const headings = ["the page by", "requests/s", "CPU us/request", "times the script"];
  process.stdout.write(
    `The same page by PHP and by a script, all servers on one core\n\n${columns([headings, ...rows])}\n` +
      "Lodestone reaches PHP over HTTP here: it does not speak FastCGI to backends yet.\n",
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

if (import.meta.main) await main();
