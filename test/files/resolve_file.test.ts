import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { filePath } from "../../core/files/file_path.ts";
import { resolveFile } from "../../core/files/resolve_file.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import { tempFolder } from "./temp_folder.ts";

/** A root with its surroundings: www, the sibling www2 with a name that begins alike, and a secret above. */
function makeSite(t: TestContext): string {
  const folder = tempFolder(t);
  for (const name of ["www", "www/sub", "www2", "media"]) mkdirSync(`${folder}/${name}`);
  for (const name of ["www/a.html", "www/sub/b.html", "www2/c.html", "media/d.mp4", "secret"]) {
    writeFileSync(`${folder}/${name}`, name);
  }
  return folder;
}

test("finds what lies within the folders and nothing else", async (t) => {
  const folder = makeSite(t);
  symlinkSync("../secret", `${folder}/www/link-out`);
  symlinkSync("..", `${folder}/www/folder-out`);
  symlinkSync("../www2", `${folder}/www/sibling`);
  symlinkSync("/etc/passwd", `${folder}/www/absolute-out`);
  symlinkSync("sub/b.html", `${folder}/www/link-in`);
  symlinkSync("sub", `${folder}/www/folder-in`);
  symlinkSync("../media", `${folder}/www/allowed`);
  symlinkSync("folder-out", `${folder}/www/chain-out`);
  const folders = [`${folder}/www`, `${folder}/media`];
  const rows: [path: string, realPath: string | undefined][] = [
    ["/www/a.html", "/www/a.html"],
    ["/www", "/www"],
    ["/www/sub", "/www/sub"],
    ["/media/d.mp4", "/media/d.mp4"],
    ["/www/./sub/../a.html", "/www/a.html"],
    ["/www//a.html", "/www/a.html"],
    ["/www/link-in", "/www/sub/b.html"],
    ["/www/folder-in/b.html", "/www/sub/b.html"],
    ["/www/allowed/d.mp4", "/media/d.mp4"],
    ["/www/folder-out/www/a.html", "/www/a.html"],
    ["/www/none", undefined],
    ["/secret", undefined],
    ["/www/../secret", undefined],
    ["/www/sub/../../secret", undefined],
    ["/www2/c.html", undefined],
    ["/www/../www2/c.html", undefined],
    ["/www/link-out", undefined],
    ["/www/folder-out", undefined],
    ["/www/folder-out/secret", undefined],
    ["/www/chain-out/secret", undefined],
    ["/www/sibling/c.html", undefined],
    ["/www/absolute-out", undefined],
    ["/www/a.html\0", undefined],
    ["/www/a.html/", undefined],
    ["/www/a.html/..", "/www"],
    ["/www/sub/", "/www/sub"],
    ["", undefined],
  ];
  const cache = new StatCache({ age: 1000, entries: 100 });
  for (const [path, realPath] of rows) {
    await t.test(`${JSON.stringify(path)} is ${realPath ?? "out of reach"}`, () => {
      const found = resolveFile(cache, folders, folder + path)?.realPath;
      assert.equal(found, realPath === undefined ? undefined : folder + realPath);
    });
  }
});

test("finds no relative path", (t) => {
  makeSite(t);
  assert.equal(resolveFile(new StatCache({ age: 0, entries: 1 }), ["/"], "package.json"), undefined);
});

test("no request path leads out of the root", async (t) => {
  const folder = makeSite(t);
  const root = `${folder}/www`;
  const cache = new StatCache({ age: 1000, entries: 100 });
  const escapes = [
    "/../secret",
    "/%2e%2e/secret",
    "/%2E%2E%2Fsecret",
    "/..%2fsecret",
    "/sub/%2e%2e/%2e%2e/secret",
    "/%252e%252e/secret",
    "/..%5Csecret",
    "/%C0%AE%C0%AE/secret",
    "/%FF/../secret",
    "/a.html%00",
    "/../www2/c.html",
    "2/c.html",
    "//secret",
  ];
  for (const urlPath of escapes) {
    await t.test(urlPath, () => {
      const path = filePath(root, urlPath);
      assert.equal(path && resolveFile(cache, [root], path), undefined);
    });
  }
  assert.ok(resolveFile(cache, [root], filePath(root, "/a.html")!), "the way that is allowed");
});

test("a root that is a symbolic link counts as where it leads, also after it was switched", (t) => {
  const folder = tempFolder(t);
  for (const release of ["1", "2"]) {
    mkdirSync(`${folder}/releases/${release}`, { recursive: true });
    writeFileSync(`${folder}/releases/${release}/a`, "x".repeat(Number(release)));
  }
  symlinkSync("releases/1", `${folder}/current`);
  let now = 0;
  const cache = new StatCache({ age: 1000, entries: 10, now: () => now });
  const root = `${folder}/current`;
  assert.equal(resolveFile(cache, [root], `${root}/a`)?.size, 1);
  symlinkSync("releases/2", `${folder}/next`);
  renameSync(`${folder}/next`, root);
  now = 1000;
  assert.equal(resolveFile(cache, [root], `${root}/a`)?.size, 2);
  assert.equal(
    resolveFile(cache, [root], `${folder}/releases/2/a`),
    undefined,
    "only by the configured name",
  );
});

test("a folder that does not exist yet allows nothing, and works when it appears", (t) => {
  const folder = tempFolder(t);
  const cache = new StatCache({ age: 0, entries: 10 });
  const folders = [`${folder}/later`];
  assert.equal(resolveFile(cache, folders, `${folder}/later/a`), undefined);
  mkdirSync(`${folder}/later`);
  writeFileSync(`${folder}/later/a`, "");
  assert.ok(resolveFile(cache, folders, `${folder}/later/a`));
});
