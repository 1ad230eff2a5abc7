import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import test from "node:test";
import fc from "fast-check";
import { type AccessEntry, AccessLog } from "../../core/observe/access_log.ts";
import { LogDestination } from "../../core/observe/log_destination.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const entry: AccessEntry = {
  id: "abc-1",
  site: "www.example.org",
  method: "GET",
  host: "www.example.org",
  path: "/index.html",
  protocol: "HTTP/1.1",
  status: 200,
  bytes: 5,
  milliseconds: 1.2345,
  by: "file",
  client: "127.0.0.1",
};

/** What is written for these entries. */
function written(entries: readonly AccessEntry[]): string {
  using folder = new TemporaryFolder("access");
  const path = folder.write("log", "");
  const fd = openSync(path, "a");
  const destination = new LogDestination({ fd });
  const log = new AccessLog(destination);
  for (const each of entries) log.write(each);
  destination.flushSync();
  closeSync(fd);
  return readFileSync(path, "latin1");
}

test("one line of JSON tells of one exchange", () => {
  const text = written([entry, { ...entry, error: 'said "no"' }]);
  const [first, second] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { time, pid, ...rest } = first;
  assert.ok(Math.abs(time - Date.now()) < 60_000);
  assert.equal(pid, process.pid);
  assert.deepEqual(rest, { level: 30, ...entry, milliseconds: 1.2, msg: "request" });
  assert.equal(second.error, 'said "no"');
});

test("a line is valid JSON in ASCII whatever the client sent", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (path, host) => {
      const text = written([{ ...entry, path, host }]);
      assert.match(text, /^[ -~]*\n$/);
      const parsed = JSON.parse(text);
      assert.equal(parsed.path, path);
      assert.equal(parsed.host, host);
    }),
    { numRuns: 200 },
  );
  assert.match(written([{ ...entry, path: "/\ud800\u2028\x7f\x00\n" }]), /^[ -~]*\n$/);
});

test("a very long path is cut, and the line stays valid", () => {
  const parsed = JSON.parse(written([{ ...entry, path: `/${"a".repeat(10_000)}` }]));
  assert.equal(parsed.path.length, 2049);
  assert.ok(parsed.path.endsWith("a…"));
});

test("without a destination nothing is written", () => {
  const log = new AccessLog(undefined);
  assert.equal(log.enabled, false);
  log.write(entry);
});
