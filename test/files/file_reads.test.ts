import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { FileBody } from "../../core/files/file_body.ts";
import { type FileReader, FileReads } from "../../core/files/file_reads.ts";
import { OpenedFile } from "../../core/files/opened_file.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

/** A reader that writes down when its turn comes. */
function reader(name: string, turns: string[]): FileReader {
  return { beginRead: () => turns.push(name) > 0 };
}

test("reads begin at once as long as few are under way, then in turns", () => {
  const reads = new FileReads({ atOnce: 2 });
  const turns: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) reads.take(reader(name, turns));
  assert.deepEqual(turns, ["a", "b"]);
  reads.ended();
  assert.deepEqual(turns, ["a", "b", "c"]);
  reads.take(reader("a again", turns));
  for (let i = 0; i < 5; i++) reads.ended();
  assert.deepEqual(turns, ["a", "b", "c", "d", "e", "a again"]);
  reads.take(reader("f", turns));
  assert.equal(turns.at(-1), "f");
});

test("thousands may wait, and each has one turn", () => {
  const reads = new FileReads({ atOnce: 1 });
  const turns: string[] = [];
  for (let i = 0; i < 5_000; i++) reads.take(reader(String(i), turns));
  for (let i = 0; i < 5_000; i++) reads.ended();
  assert.deepEqual(
    turns,
    Array.from({ length: 5_000 }, (_, i) => String(i)),
  );
});

test("hundreds of thousands that have lost interest while they waited cost no turn and no stack", () => {
  const reads = new FileReads({ atOnce: 4 });
  const turns: string[] = [];
  let asked = 0;
  const leaver: FileReader = { beginRead: () => ++asked < 0 };
  for (let i = 0; i < 4; i++) reads.take(reader("first", turns));
  for (let i = 0; i < 300_000; i++) reads.take(leaver);
  reads.take(reader("last", turns));
  reads.ended();
  assert.equal(asked, 300_000);
  assert.equal(turns.at(-1), "last");
});

test("bodies cancelled while they wait for their turn close their files, and the turns go on", async () => {
  using folder = new TemporaryFolder("reads");
  const path = folder.write("large", new Uint8Array(1_000_000));
  const reads = new FileReads({ atOnce: 1 });
  const descriptors = (): number => readdirSync("/proc/self/fd").length;
  const before = descriptors();
  const bodies = Array.from(
    { length: 500 },
    () => new FileBody(OpenedFile.open(path), [{ start: 0, length: 1_000_000 }], reads),
  );
  const ignore = { data: () => true, end: () => {}, fail: () => {} };
  for (const body of bodies) body.start(ignore);
  for (const body of bodies) body.cancel();
  await until("the files are closed", () => descriptors() <= before + 1);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const last = new FileBody(OpenedFile.open(path), [{ start: 0, length: 1_000_000 }], reads);
  last.start({ data: () => true, end: resolve, fail: reject });
  await promise;
});
