import assert from "node:assert/strict";
import { run } from "../../support/child.ts";

export interface H2loadResult {
  readonly requestsPerSecond: number;
  readonly succeeded: number;
  /** Answers by class: 2xx, 3xx, 4xx, 5xx. */
  readonly statuses: readonly number[];
}

/** Runs h2load with these arguments; a crash of it fails the test. */
export async function h2load(url: string, ...args: string[]): Promise<H2loadResult> {
  const { code, stdout, stderr } = await run("h2load", [...args, url]);
  assert.equal(code, 0, stderr);
  const statuses = /status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/.exec(stdout);
  return {
    requestsPerSecond: Number(/([\d.]+) req\/s/.exec(stdout)?.[1]),
    succeeded: Number(/(\d+) succeeded/.exec(stdout)?.[1]),
    statuses: statuses?.slice(1).map(Number) ?? [],
  };
}
