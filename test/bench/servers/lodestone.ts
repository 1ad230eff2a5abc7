import { startLodestone } from "../../support/lodestone.ts";
import { type BenchServer, pinned, type Task } from "../bench_server.ts";

/** The script is the site's; the configuration is more keys of the site. */
export const lodestone: BenchServer = lodestoneOf("Lodestone", {});

/** Lodestone of another checkout, to see what a change has cost. */
export function otherLodestone(checkout: string): BenchServer {
  return lodestoneOf(`Lodestone of ${checkout}`, { checkout });
}

function lodestoneOf(title: string, which: { readonly checkout?: string }): BenchServer {
  return {
    name: "lodestone",
    title,
    async start(task) {
      const running = await startLodestone({
        ...which,
        wrapper: pinned,
        config: configuration(task),
        ...(task.tls === undefined
          ? {}
          : { listen: `["127.0.0.1:0", { address: "127.0.0.1:${task.tls.port}", tls: true }]` }),
        scripts: { "site.ts": task.script ?? "", ...scriptsOf(task.sites) },
        files: {
          ...task.modules,
          "www/.keep": "",
          ...Object.fromEntries(
            Object.entries(task.files).map(([path, content]) => [`www/${path}`, content]),
          ),
        },
      });
      return {
        url: running.address,
        pid: running.pid,
        [Symbol.asyncDispose]: () => running.stop(),
      };
    },
  };
}

function scriptsOf(sites: Task["sites"] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sites).map(([host, { script = "" }]) => [`sites/${host}.ts`, script]),
  );
}

function configuration(task: Task): string {
  const { script, backend, config = "", sites = {}, tls } = task;
  const hosts = Object.keys(sites);
  return `
workers: 1
log: { level: silent, access: false }
sites:
  - hosts: ["*"]
    ${script === undefined ? "" : "scripts: [site.ts]"}
    root: ./www
    ${backend === undefined ? "" : "backend: app"}
${config.replaceAll(/^(?=.)/gm, "    ")}
${hosts.map((host) => `  - { hosts: [${host}], scripts: [sites/${host}.ts] }\n`).join("")}
${hosts.length === 0 ? "" : toIsolates(hosts.length)}
${backend === undefined ? "" : toBackend(backend)}
${tls === undefined ? "" : `tls: { certificates: [{ certificate: ${tls.certificate}, key: ${tls.key} }] }`}
${task.connections === undefined ? "" : `http: { connections: ${task.connections}, keepAliveTimeout: 1h }`}
`;
}

/** All of their isolates stay. */
const toIsolates = (sites: number): string => `
isolates: { live: ${sites + 1}, memory: 8gb }
watchdog: { memory: 16gb }
`;

/** The backend of the bench keeps its connections for an hour. */
const toBackend = (address: string): string => `
backends:
  app: { server: "http://${address}", idleConnections: 64, keepAlive: 1m }
`;
