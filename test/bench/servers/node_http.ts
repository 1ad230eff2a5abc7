import { fileURLToPath } from "node:url";
import { Child } from "../../support/child.ts";
import { until } from "../../support/until.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

const server = fileURLToPath(new URL("node_http_process.ts", import.meta.url));

/** `node:http` by itself, answering 123: what its connections cost. It has no scripts, so the name is that of the naive server. */
export const nodeHttp: BenchServer = {
  name: "naive",
  title: "node:http",
  async start() {
    const child = new Child(pinned[0]!, [...pinned.slice(1), process.execPath, server]);
    const url = await until("the server listens", () => {
      if (!child.running) throw new Error(`The server ended:\n${child.stderr}`);
      return /^http:\S+$/m.exec(child.stdout)?.[0];
    });
    return { url, pid: child.pid, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  },
};
