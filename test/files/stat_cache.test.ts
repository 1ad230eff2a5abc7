import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { StatCache } from "../../core/files/stat_cache.ts";
import { tempFolder, unprivileged } from "./temp_folder.ts";

test("tells of a file what the file system tells", (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/page.html`;
  writeFileSync(path, "hello");
  chmodSync(path, 0o640);
  const truth = statSync(path);
  const stat = new StatCache({ age: 1000, entries: 10 }).stat(path)!;
  assert.equal(stat.path, path);
  assert.equal(stat.realPath, path);
  assert.equal(stat.isFile, true);
  assert.equal(stat.isDirectory, false);
  assert.equal(stat.isSymlink, false);
  assert.equal(stat.size, 5);
  assert.equal(stat.mtime, truth.mtimeMs);
  assert.equal(stat.ctime, truth.ctimeMs);
  assert.equal(stat.mode & 0o777, 0o640);
  assert.equal(stat.uid, truth.uid);
  assert.equal(stat.gid, truth.gid);
  assert.equal(stat.inode, truth.ino);
  assert.match(stat.etag, /^"[0-9a-z]+-5-[0-9a-z]+"$/);
  assert.equal(stat.contentType, "text/html; charset=utf-8");
});

test("tells of a folder", (t) => {
  const stat = new StatCache({ age: 1000, entries: 10 }).stat(tempFolder(t))!;
  assert.equal(stat.isDirectory, true);
  assert.equal(stat.isFile, false);
});

test("follows symbolic links and says that there was one", (t) => {
  const folder = tempFolder(t);
  mkdirSync(`${folder}/real`);
  writeFileSync(`${folder}/real/a.txt`, "12345678");
  symlinkSync("real/a.txt", `${folder}/link.txt`);
  symlinkSync("real", `${folder}/folder`);
  const cache = new StatCache({ age: 1000, entries: 10 });
  const direct = cache.stat(`${folder}/link.txt`)!;
  assert.deepEqual(
    [direct.path, direct.realPath, direct.isSymlink, direct.isFile, direct.size],
    [`${folder}/link.txt`, `${folder}/real/a.txt`, true, true, 8],
  );
  const through = cache.stat(`${folder}/folder/a.txt`)!;
  assert.deepEqual(
    [through.path, through.realPath, through.isSymlink, through.isFile],
    [`${folder}/folder/a.txt`, `${folder}/real/a.txt`, false, true],
  );
});

test("believes an answer for its age and no longer", (t) => {
  const path = `${tempFolder(t)}/a`;
  writeFileSync(path, "one");
  let now = 0;
  const cache = new StatCache({ age: 1000, entries: 10, now: () => now });
  const first = cache.stat(path);
  writeFileSync(path, "three");
  now = 999;
  assert.equal(cache.stat(path), first, "the very same object");
  assert.deepEqual([cache.hits, cache.misses], [1, 1]);
  now = 1000;
  assert.equal(cache.stat(path)?.size, 5);
  assert.deepEqual([cache.hits, cache.misses], [1, 2]);
});

test("believes that a file is missing just as long", (t) => {
  const path = `${tempFolder(t)}/a`;
  let now = 0;
  const cache = new StatCache({ age: 1000, entries: 10, now: () => now });
  assert.equal(cache.stat(path), undefined);
  writeFileSync(path, "here");
  now = 999;
  assert.equal(cache.stat(path), undefined);
  assert.deepEqual([cache.hits, cache.misses], [1, 1]);
  now = 1000;
  assert.equal(cache.stat(path)?.size, 4);
});

test("asks the file system every time at age 0", (t) => {
  const path = `${tempFolder(t)}/a`;
  const cache = new StatCache({ age: 0, entries: 10, now: () => 5 });
  assert.equal(cache.stat(path), undefined);
  writeFileSync(path, "here");
  assert.equal(cache.stat(path)?.size, 4);
  assert.deepEqual([cache.hits, cache.misses], [0, 2]);
});

test("forgets the least recently used beyond its number of entries", (t) => {
  const folder = tempFolder(t);
  const cache = new StatCache({ age: 1000, entries: 2, now: () => 0 });
  for (const name of ["a", "b", "a", "c"]) cache.stat(`${folder}/${name}`);
  assert.deepEqual([cache.hits, cache.misses], [1, 3]);
  cache.stat(`${folder}/a`);
  assert.equal(cache.hits, 2, "a is still there");
  cache.stat(`${folder}/b`);
  assert.equal(cache.hits, 2, "b is not");
});

test("counts whatever cannot be looked at as missing", async (t) => {
  const folder = tempFolder(t);
  writeFileSync(`${folder}/file`, "");
  symlinkSync("loop", `${folder}/loop`);
  symlinkSync("nowhere", `${folder}/dangling`);
  const cache = new StatCache({ age: 1000, entries: 10 });
  const rows: [what: string, path: string][] = [
    ["nothing there", `${folder}/none`],
    ["a file as a folder", `${folder}/file/a`],
    ["a file with a slash at its end", `${folder}/file/`],
    ["a loop of links", `${folder}/loop`],
    ["a link to nothing", `${folder}/dangling`],
    ["a name longer than the file system allows", `${folder}/${"n".repeat(300)}`],
    ["a path longer than the kernel allows", `${folder}${"/n".repeat(3000)}`],
    ["a NUL", `${folder}/file\0`],
    ["a relative path", "package.json"],
    ["nothing", ""],
  ];
  for (const [what, path] of rows) await t.test(what, () => assert.equal(cache.stat(path), undefined));
});

test("counts a file below a folder without permission as missing", (t) => {
  const folder = tempFolder(t);
  chmodSync(folder, 0o755);
  mkdirSync(`${folder}/closed`);
  writeFileSync(`${folder}/closed/a`, "");
  chmodSync(`${folder}/closed`, 0o600);
  const cache = new StatCache({ age: 0, entries: 10 });
  unprivileged(() => {
    assert.ok(cache.stat(`${folder}/closed`));
    assert.equal(cache.stat(`${folder}/closed/a`), undefined);
  });
  chmodSync(`${folder}/closed`, 0o755);
  unprivileged(() => assert.ok(cache.stat(`${folder}/closed/a`)));
});

test("gives a version that differs in size, time or inode a tag of its own", (t) => {
  const folder = tempFolder(t);
  const path = `${folder}/a`;
  const etag = () => new StatCache({ age: 0, entries: 1 }).stat(path)!.etag;
  writeFileSync(path, "one");
  utimesSync(path, 1000, 1000);
  const first = etag();
  assert.equal(etag(), first, "the same file, the same tag");
  writeFileSync(path, "four");
  utimesSync(path, 1000, 1000);
  const longer = etag();
  utimesSync(path, 1000, 1000.0001);
  const later = etag();
  writeFileSync(`${folder}/b`, "four");
  utimesSync(`${folder}/b`, 1000, 1000.0001);
  renameSync(`${folder}/b`, path);
  assert.equal(new Set([first, longer, later, etag()]).size, 4);
});

test("a file that is deleted is missing after the age", (t) => {
  const path = `${tempFolder(t)}/a`;
  writeFileSync(path, "");
  let now = 0;
  const cache = new StatCache({ age: 10, entries: 10, now: () => now });
  assert.ok(cache.stat(path));
  rmSync(path);
  now = 10;
  assert.equal(cache.stat(path), undefined);
});
