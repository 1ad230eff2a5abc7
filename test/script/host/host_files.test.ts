import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { resolveFile } from "../../../core/files/resolve_file.ts";
import { StatCache } from "../../../core/files/stat_cache.ts";
import { createHostFiles } from "../../../core/script/host/host_files.ts";
import { runHostOperation } from "../../../core/script/host/host_operations.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

async function folders(t: TestContext) {
  const folder = new TemporaryFolder("host-files");
  t.after(() => folder[Symbol.dispose]());
  const root = join(folder.path, "root");
  await mkdir(join(root, "sub"), { recursive: true });
  await writeFile(join(root, "b.txt"), "grüß");
  await writeFile(join(root, "a.bin"), Uint8Array.of(0, 255));
  await writeFile(join(folder.path, "secret"), "secret");
  await symlink(join(folder.path, "secret"), join(root, "link"));
  const cache = new StatCache({ age: 0, entries: 10 });
  const operations = createHostFiles((path) => resolveFile(cache, [root], path), 100);
  return { root, run: (name: string, path: string) => runHostOperation(operations, name, path, []) };
}

test("a file is read as bytes or as text", async (t) => {
  const { root, run } = await folders(t);
  assert.deepEqual(
    new Uint8Array((await run("readFile", `${root}/a.bin`)) as ArrayBuffer),
    Uint8Array.of(0, 255),
  );
  assert.equal(await run("readText", `${root}/b.txt`), "+grüß");
});

test("a folder is listed by name, with what each entry is", async (t) => {
  const { root, run } = await folders(t);
  const entries = JSON.parse((await run("readDir", root)) as string) as Record<string, unknown>[];
  assert.deepEqual(entries, [
    { name: "a.bin", path: `${root}/a.bin`, isFile: true, isDirectory: false, isSymlink: false },
    { name: "b.txt", path: `${root}/b.txt`, isFile: true, isDirectory: false, isSymlink: false },
    { name: "link", path: `${root}/link`, isFile: false, isDirectory: false, isSymlink: true },
    { name: "sub", path: `${root}/sub`, isFile: false, isDirectory: true, isSymlink: false },
  ]);
});

for (const path of [
  "/secret",
  "/root/link",
  "/root/../secret",
  "/root/none",
  "/root/sub",
  "/etc/passwd",
  "",
]) {
  test(`what is not a file of the site is as if it did not exist: "${path}"`, async (t) => {
    const { root, run } = await folders(t);
    const full = path.startsWith("/etc") || path === "" ? path : root.slice(0, -"/root".length) + path;
    assert.equal(await run("readFile", full), "");
    assert.equal(await run("readText", full), "");
  });
}

test("a folder that is none of the site's is nothing", async (t) => {
  const { root, run } = await folders(t);
  for (const path of [join(root, ".."), `${root}/b.txt`, "/", ""])
    assert.equal(await run("readDir", path), "");
});

test("a file that is too large is refused with both figures", async (t) => {
  const { root, run } = await folders(t);
  await writeFile(join(root, "large"), "x".repeat(101));
  await assert.rejects(run("readFile", `${root}/large`), {
    name: "RangeError",
    message: `readFile("${root}/large"): at most 100 bytes (limits.body), the file has 101`,
  });
});

test("an operation that does not exist is refused, also by a name that objects have by nature", async (t) => {
  const { run } = await folders(t);
  await assert.rejects(run("constructor", ""), { name: "TypeError" });
});
