import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import { openResponse } from "../support/request.ts";
import type { Content } from "../support/temporary_folder.ts";
import type { Workload } from "./bench_server.ts";

/** Whom to ask. */
export interface Asked {
  readonly url: string;
  readonly title: string;
  /** In PEM, who vouches for the server's certificate when it speaks TLS. */
  readonly authority?: string | undefined;
}

/** Sends each request of the workload once. Rejects unless all answers are what they must be. */
export async function verify(workload: Workload, { url, title, authority }: Asked): Promise<void> {
  const ca = authority === undefined ? {} : { ca: authority };
  for (const { path, headers = {}, status = 200, body, answerHeaders = {} } of workload.requests) {
    const what = `${title}, ${workload.name}: ${path.slice(0, 200)}`;
    const answer = await openResponse(url + path, { headers, ...ca }).catch((cause: Error) => {
      throw new Error(`${what} is not answered: ${cause.message}`, { cause });
    });
    assert.equal(answer.statusCode, status, `${what} is answered with status ${answer.statusCode}`);
    await assertBody(what, answer, body);
    for (const [name, value] of Object.entries(answerHeaders)) {
      assert.equal(answer.headers[name]?.toString(), value, `${what}: the field ${name}`);
    }
  }
}

async function assertBody(what: string, answer: IncomingMessage, expected: Content): Promise<void> {
  if (typeof expected === "object" && "zeros" in expected) {
    let length = 0;
    for await (const bytes of answer as AsyncIterable<Buffer>) {
      length += bytes.length;
      assert.ok(bytes.equals(Buffer.alloc(bytes.length)), `${what} is answered with other bytes than zeros`);
    }
    assert.equal(length, expected.zeros, `${what} is answered with ${length} bytes`);
    return;
  }
  const bytes = Buffer.from(expected as string);
  const body = await buffer(answer);
  // Not deepEqual: its message would show megabytes.
  assert.ok(
    body.equals(bytes),
    `${what} is answered with ${body.length} bytes instead of ${bytes.length}:\n${body.toString("utf8", 0, 500)}`,
  );
}
