import assert from "node:assert/strict";
import { test } from "node:test";
import { startOrigin } from "../support/origin.ts";
import type { BenchServer, ServerName, Workload } from "./bench_server.ts";
import { compare } from "./compare.ts";

const ROUNDS = { rounds: 2, seconds: 1, warmUp: 1, connections: 1, rate: 0 };

/** Who is at which address. */
const at = new Map<string, ServerName>();

/** A server that answers "ok". */
function server(name: ServerName): BenchServer {
  return {
    name,
    title: name,
    async start() {
      const origin = await startOrigin((_, response) => response.end("ok"));
      const dispose = () => origin[Symbol.asyncDispose]();
      at.set(origin.url, name);
      return { url: origin.url, pid: process.pid, [Symbol.asyncDispose]: dispose };
    },
  };
}

/** Requests that are made by nobody, and fail for one server from a round on. */
function workload(failing: ServerName, from: number): Workload {
  let rounds = 0;
  return {
    name: "answer",
    title: "answers",
    requests: [{ path: "/", body: "ok" }],
    programs: { lodestone: {}, njs: {}, bare: {} },
    load: async (url) => {
      if (at.get(url) === failing && rounds++ >= from) throw new Error("broken");
      return { requests: 1, requestsPerSecond: 1 };
    },
  } as Workload;
}

test("a server that fails while it is measured is left out, and the others go on", async () => {
  const result = await compare(
    workload("njs", 1),
    [server("lodestone"), server("njs"), server("bare")],
    ROUNDS,
  );
  assert.deepEqual(
    result.servers.map(({ name, rounds }) => [name, rounds.length]),
    [
      ["lodestone", 2],
      ["bare", 2],
    ],
  );
});

test("without Lodestone's figures there is nothing to compare", async () => {
  const servers = [server("lodestone"), server("bare")];
  await assert.rejects(compare(workload("lodestone", 2), servers, ROUNDS), /lodestone, answers: broken/);
});
