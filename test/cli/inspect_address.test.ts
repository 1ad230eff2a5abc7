import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../core/cli/exit_code.ts";
import { inspectAddress } from "../../core/cli/inspect_address.ts";

const ADDRESSES: [value: string | true, host: string, port: number][] = [
  [true, "127.0.0.1", 9229],
  ["9230", "127.0.0.1", 9230],
  [":9230", "127.0.0.1", 9230],
  ["0", "127.0.0.1", 0],
  ["localhost", "localhost", 9229],
  ["localhost:1", "localhost", 1],
  ["127.0.0.2:1", "127.0.0.2", 1],
  ["[::1]", "::1", 9229],
  ["[::1]:1", "::1", 1],
];

for (const [value, host, port] of ADDRESSES) {
  test(`--inspect=${value} is ${host}, port ${port}`, () => {
    assert.deepEqual(inspectAddress(value), { host, port });
  });
}

for (const value of [
  "0.0.0.0:9229",
  "[::]:9229",
  "192.0.2.1",
  "example.org:9229",
  "127.0.0.1.example.org",
  "99999",
  "",
  "localhost:",
  "a b",
]) {
  test(`--inspect=${value} is refused`, () => {
    assert.throws(() => inspectAddress(value), UsageError);
  });
}
