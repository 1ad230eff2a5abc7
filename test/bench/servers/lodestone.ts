import { startLodestone } from "../../support/lodestone.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

/** The program is the source of the site's script. */
export const lodestone: BenchServer = lodestoneOf("Lodestone", {});

/** Lodestone of another checkout, to see what a change has cost. */
export function otherLodestone(checkout: string): BenchServer {
  return lodestoneOf(`Lodestone of ${checkout}`, { checkout });
}

function lodestoneOf(title: string, which: { readonly checkout?: string }): BenchServer {
  return {
    name: "lodestone",
    title,
    async start(program) {
      const running = await startLodestone({
        ...which,
        wrapper: pinned,
        config: `
workers: 1
log: { level: silent, access: false }
sites:
  - hosts: ["*"]
    scripts: [site.ts]
`,
        scripts: { "site.ts": program },
      });
      return {
        url: running.address,
        pid: running.pid,
        [Symbol.asyncDispose]: () => running.stop(),
      };
    },
  };
}
