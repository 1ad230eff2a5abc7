import assert from "node:assert/strict";
import test from "node:test";
import { parseWrk } from "./wrk.ts";

const output = `Running 1s test @ http://127.0.0.1:8080/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   388.10us    1.02ms  26.61ms   97.51%
    Req/Sec    78.98k    11.21k   96.21k    70.00%
  Latency Distribution
     50%  251.00us
     75%  300.00us
     90%    1.20ms
     99%   14.78ms
  78591 requests in 1.00s, 12.07MB read
`;

test("the figures of a run without errors", () => {
  assert.deepEqual(parseWrk(`${output}Requests/sec:  78512.30\nTransfer/sec:     12.05MB\n`), {
    requests: 78_591,
    requestsPerSecond: 78_512.3,
    p50: 251,
    p99: 14_780,
    badStatus: 0,
    socketErrors: 0,
  });
});

test("a latency of whole seconds, behind which wrk writes a space", () => {
  const slow = output.replace("14.78ms", "1.15s ");
  assert.equal(parseWrk(`${slow}Requests/sec:  31837.84\n`).p99, 1_150_000);
});

test("every kind of error is counted", () => {
  const errors =
    "  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 17\n";
  const result = parseWrk(`${output}${errors}Requests/sec:  78512.30\n`);
  assert.equal(result.socketErrors, 4321);
  assert.equal(result.badStatus, 17);
});

test("other output is refused", () => {
  assert.throws(
    () => parseWrk("unable to connect to 127.0.0.1:1 Connection refused\n"),
    /wrk printed nothing like/,
  );
});
