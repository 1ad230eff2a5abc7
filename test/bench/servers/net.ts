import { fileURLToPath } from "node:url";
import { Child } from "../../support/child.ts";
import { until } from "../../support/until.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

const server = fileURLToPath(new URL("net_process.ts", import.meta.url));

/**
 * The floor: a `node:net` server that writes the script, a whole response, for whatever arrives. No HTTP at all:
 * nothing on Node can cost less.
 */
export const net: BenchServer = {
  name: "net",
  title: "bare node:net",
  async start({ script }) {
    const child = new Child(pinned[0]!, [...pinned.slice(1), process.execPath, server, script!]);
    const url = await until("the net server listens", () => {
      if (!child.running) throw new Error(`The net server ended:\n${child.stderr}`);
      return /^http:\S+$/m.exec(child.stdout)?.[0];
    });
    return { url, pid: child.pid, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  },
};
