import { startLodestone } from "../../support/lodestone.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

/** The program is the source of the site's script. */
export const lodestone: BenchServer = {
  name: "lodestone",
  title: "Lodestone",
  async start(program) {
    const running = await startLodestone({
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
