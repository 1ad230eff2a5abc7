import assert from "node:assert/strict";
import { request } from "../support/request.ts";
import type { BenchServer, RunningServer, Workload } from "./bench_server.ts";

/** Sends each request of the workload once. Rejects unless all answers are what they must be. */
export async function verify(workload: Workload, server: BenchServer, started: RunningServer): Promise<void> {
  for (const { path, headers, status = 200, body, answerHeaders = {} } of workload.requests) {
    const what = `${server.title}, ${workload.name}: ${path.slice(0, 200)}`;
    const answer = await request(started.url + path, headers === undefined ? {} : { headers });
    assert.equal(answer.status, status, `${what} is answered with status ${answer.status}:\n${answer.text}`);
    const expected = Buffer.from(body as string);
    // Not deepEqual: its message would show megabytes.
    assert.ok(
      answer.body.equals(expected),
      `${what} is answered with ${answer.body.length} bytes instead of ${expected.length}:\n${answer.text.slice(0, 500)}`,
    );
    for (const [name, value] of Object.entries(answerHeaders)) {
      assert.equal(answer.headers[name]?.toString(), value, `${what}: the field ${name}`);
    }
  }
}
