import { fileURLToPath } from "node:url";
import { Child } from "../../support/child.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { until } from "../../support/until.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

const server = fileURLToPath(new URL("naive_process.ts", import.meta.url));

/**
 * `node:http` with isolated-vm, as one writes it first: each request gets a context of its own, in which the script is compiled
 * and run. The script's last value is a function; what it gets and gives is in `naive_process.ts`. Modules are text
 * in front of it.
 */
export const naive: BenchServer = {
  name: "naive",
  title: "node:http + isolated-vm",
  async start({ script = "", modules = {}, files, backend = "" }) {
    const folder = new TemporaryFolder("naive");
    for (const [path, content] of Object.entries(files)) folder.write(`www/${path}`, content);
    const file = folder.write("script.js", Object.values(modules).join("") + script);
    const args = ["--no-node-snapshot", server, file, `${folder.path}/www`, backend];
    const child = new Child(pinned[0]!, [...pinned.slice(1), process.execPath, ...args]);
    const url = await until("the naive server listens", () => {
      if (!child.running) throw new Error(`The naive server ended:\n${child.stderr}`);
      return /^http:\S+$/m.exec(child.stdout)?.[0];
    });
    return {
      url,
      pid: child.pid,
      async [Symbol.asyncDispose]() {
        await child[Symbol.asyncDispose]();
        folder[Symbol.dispose]();
      },
    };
  },
};
