import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { OpenedFile } from "../../core/files/opened_file.ts";
import { openBelow, tempFolder } from "./temp_folder.ts";

test("reads a piece at once", (t) => {
  const folder = tempFolder(t);
  writeFileSync(`${folder}/a`, "0123456789");
  const file = OpenedFile.open(`${folder}/a`);
  assert.equal(file.size, 10);
  assert.equal(file.readNow(3, 4).toString(), "3456");
  assert.equal(file.readNow(10, 0).length, 0);
  file.close();
  file.close();
  assert.equal(openBelow(folder), 0);
});

test("does not make up what a file truncated since it was opened lacks", (t) => {
  const folder = tempFolder(t);
  writeFileSync(`${folder}/a`, "0123456789");
  const file = OpenedFile.open(`${folder}/a`);
  truncateSync(`${folder}/a`, 4);
  assert.throws(() => file.readNow(0, 10), { status: 500, code: "file_truncated" });
  file.close();
});

test("opens regular files only, and waits for nothing", (t) => {
  const folder = tempFolder(t);
  mkdirSync(`${folder}/sub`);
  execFileSync("mkfifo", [`${folder}/fifo`]);
  for (const path of [`${folder}/sub`, `${folder}/fifo`, "/dev/null", "/dev/tty"]) {
    assert.throws(() => OpenedFile.open(path), { status: 404 }, path);
  }
  assert.equal(openBelow(folder), 0);
});

test("a path that names nothing is 404", (t) => {
  const folder = tempFolder(t);
  writeFileSync(`${folder}/a`, "");
  for (const path of [`${folder}/none`, `${folder}/a/b`, `${folder}/${"n".repeat(300)}`]) {
    assert.throws(() => OpenedFile.open(path), { status: 404, code: "file_gone" });
  }
});
