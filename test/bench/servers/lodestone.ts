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
        scripts: { "site.ts": task.script ?? "" },
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

function configuration(task: Task): string {
  const { script, backend, config = "" } = task;
  return `
workers: 1
log: { level: silent, access: false }
sites:
  - hosts: ["*"]
    ${script === undefined ? "" : "scripts: [site.ts]"}
    root: ./www
    ${backend === undefined ? "" : "backend: app"}
${config.replaceAll(/^(?=.)/gm, "    ")}
${backend === undefined ? "" : toBackend(backend)}
`;
}

/** The backend of the bench keeps its connections for an hour. */
const toBackend = (address: string): string => `
backends:
  app: { server: "http://${address}", idleConnections: 64, keepAlive: 1m }
`;
