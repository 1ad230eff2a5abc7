import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { FolderListings } from "../../../core/files/listing/folder_listings.ts";
import { listingForm } from "../../../core/files/listing/listing_form.ts";
import { MOST_LISTED, readFolder } from "../../../core/files/listing/read_folder.ts";
import { resolveFile } from "../../../core/files/resolve_file.ts";
import { StatCache } from "../../../core/files/stat_cache.ts";
import type { SymlinkPolicy } from "../../../core/files/symlink_policy.ts";
import { HeaderList } from "../../../core/http/header_list.ts";
import { bytesOf } from "../collect.ts";
import { openBelow, tempFolder } from "../temp_folder.ts";

function makeListings(t: TestContext, symlinks: SymlinkPolicy = "within") {
  const folder = tempFolder(t);
  const cache = new StatCache({ age: 60_000, entries: 100 });
  const look = (path: string) => resolveFile(cache, [folder], path, symlinks);
  const listings = new FolderListings(look);
  return {
    folder,
    write: (name: string, content = "x") => writeFileSync(`${folder}/${name}`, content),
    read: () => readFolder(cache.stat(folder)!, look),
    ask: (fields = "", path = "/files/", method = "GET") =>
      listings.serve({ method, headers: HeaderList.fromText(fields) }, path, cache.stat(folder)!),
  };
}

type Json = {
  path: string;
  entries: { name: string; href: string; type: string; size: number | null; modified: string }[];
  complete: boolean;
};

async function pageOf({ ask }: ReturnType<typeof makeListings>, path?: string): Promise<string> {
  return (await bytesOf((await ask("", path)).body)).toString();
}

test("folders come first, then files, sorted as people sort", async (t) => {
  const { folder, write, read } = makeListings(t);
  for (const name of ["b10", "b2", "B1", "ä", "a"]) write(name);
  mkdirSync(`${folder}/z`);
  mkdirSync(`${folder}/folder 1`);
  const { entries, isCut } = await read();
  assert.deepEqual(
    entries.map(({ name }) => name),
    ["folder 1", "z", "a", "ä", "B1", "b2", "b10"],
  );
  assert.equal(isCut, false);
  assert.equal(openBelow(folder), 0);
});

test("dot files, links that are not followed and what is no file are left out", async (t) => {
  for (const [policy, names] of [
    ["within", ["sub-link", "file", "link"]],
    ["never", ["file"]],
  ] as const) {
    const { folder, write, read } = makeListings(t, policy);
    write("file");
    write(".hidden");
    mkdirSync(`${folder}/.git`);
    mkdirSync(`${folder}/..sub`);
    execFileSync("mkfifo", [`${folder}/fifo`]);
    symlinkSync("file", `${folder}/link`);
    symlinkSync("..sub", `${folder}/sub-link`);
    symlinkSync("/etc/passwd", `${folder}/outside`);
    symlinkSync("/etc", `${folder}/outside-folder`);
    symlinkSync("nothing", `${folder}/dangling`);
    assert.deepEqual(
      (await read()).entries.map(({ name }) => name),
      names,
      policy,
    );
  }
});

const HOSTILE = [
  "<script>alert(1)</script>",
  "\"quoted\" 'twice'",
  "a&amp;b&b",
  "100%",
  "%2e%2e%2f",
  "a b  c",
  "#fragment?query",
  "javascript:alert(1)",
  "back\\slash",
  "gr\u00fc\u00df \u4f60\u597d \u{1f600}",
  "\u202egnp.exe",
  "..dots..",
  "~tilde",
  "semi;colon=x",
  "</table><img src=x onerror=alert(1)>",
];

test("hostile names are shown as text and linked so that the link names the file", async (t) => {
  const listings = makeListings(t);
  const names = HOSTILE.filter((name) => !name.includes("/") && !name.startsWith("."));
  for (const name of names) listings.write(name);
  const page = await pageOf(listings);
  assert.doesNotMatch(page, /<script|<img/i);
  assert.ok(!page.includes("\u202e"), "nothing unseen");
  const links = [...page.matchAll(/<a href="(\.\/[^"]*)">/g)].map((match) => match[1]!);
  const reached = links.map((link) =>
    decodeURIComponent(
      new URL(link.replaceAll("&amp;", "&").replaceAll("&#39;", "'"), "http://a.test/files/").pathname.slice(
        "/files/".length,
      ),
    ),
  );
  assert.deepEqual(reached.toSorted(), names.toSorted());
  const json = JSON.parse(
    (await bytesOf((await listings.ask("Accept: application/json\r\n")).body)).toString(),
  ) as Json;
  assert.deepEqual(json.entries.map(({ name }) => name).toSorted(), names.toSorted());
});

test("a name that can't be asked for is left out: not UTF-8, or with control characters", async (t) => {
  const { folder, write, read } = makeListings(t);
  write("good");
  for (const name of ["line\nbreak", "tab\tand\u0007bell", "delete\u007f"]) write(name);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff, 0xfe])]), "x");
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xed, 0xa0, 0x80])]), "x");
  assert.deepEqual(
    (await read()).entries.map(({ name }) => name),
    ["good"],
  );
});

test("a hostile path is shown as text", async (t) => {
  const page = await pageOf(makeListings(t), "/%3Cscript%3E/%22x%22/");
  assert.match(page, /<title>Index of \/&lt;script&gt;\/&quot;x&quot;\/<\/title>/);
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /<a href="\.\.\/\.\.\/">\/<\/a><a href="\.\.\/"><bdi>&lt;script&gt;<\/bdi><\/a>\//);
});

test("sizes and times are told", async (t) => {
  const listings = makeListings(t);
  const time = Date.UTC(2024, 4, 5, 6, 7, 8) / 1000;
  for (const [name, size] of [
    ["a", 0],
    ["b", 1023],
    ["c", 1024],
    ["d", 1024 * 1023.9],
    ["e", 10_485_760],
  ] as const) {
    listings.write(name, "x".repeat(Math.floor(size)));
    utimesSync(`${listings.folder}/${name}`, time, time);
  }
  const page = await pageOf(listings);
  assert.deepEqual(
    [...page.matchAll(/<td>([\d.]+ [KM]?B)<\/td>/g)].map((match) => match[1]),
    ["0 B", "1023 B", "1.0 KB", "1.0 MB", "10 MB"],
  );
  assert.match(page, /<time datetime="2024-05-05T06:07:08.000Z">2024-05-05 06:07<\/time>/);
});

test("the top has no parent; an empty folder says so", async (t) => {
  const listings = makeListings(t);
  assert.match(await pageOf(listings, "/files/"), /href="\.\.\/">Parent folder/);
  assert.doesNotMatch(await pageOf(listings, "/"), /Parent folder/);
  assert.match(await pageOf(listings, "/"), /This folder is empty/);
});

test("very many entries are cut, with a note", async (t) => {
  const listings = makeListings(t);
  for (let i = 0; i < MOST_LISTED + 5; i++) listings.write(`f${i}`, "");
  mkdirSync(`${listings.folder}/zzz`);
  const { entries, isCut } = await listings.read();
  assert.deepEqual(
    [entries.length, isCut, entries[0]!.name],
    [MOST_LISTED, true, "zzz"],
    "folders are not cut first",
  );
  assert.match(await pageOf(listings), new RegExp(`Only ${MOST_LISTED} entries are shown`));
});

test("the answer has a tag, runs nothing, and is negotiated", async (t) => {
  const listings = makeListings(t);
  listings.write("a");
  const first = await listings.ask();
  const policy = first.headers.get("content-security-policy")!;
  assert.match(policy, /^default-src 'none'; style-src 'sha256-/);
  assert.equal(first.headers.get("vary"), "Accept");
  assert.equal(first.headers.get("cache-control"), "no-cache");
  const tag = first.headers.get("etag")!;
  assert.equal((await listings.ask(`If-None-Match: ${tag}\r\n`)).status, 304);
  const json = await listings.ask(`Accept: application/json\r\nIf-None-Match: ${tag}\r\n`);
  assert.deepEqual([json.status, json.headers.get("content-type")], [200, "application/json"]);
  const told = JSON.parse((await bytesOf(json.body)).toString()) as Json;
  assert.deepEqual(
    [told.path, told.complete, told.entries[0]!.href, told.entries[0]!.size],
    ["/files/", true, "./a", 1],
  );
});

test("a folder replaced by a link, deleted or not readable since is not listed", async (t) => {
  for (const change of ["link", "gone", "file"]) {
    const { folder, write, read } = makeListings(t);
    write("a");
    const before = read;
    await before();
    const moved = `${folder}-moved`;
    renameSync(folder, moved);
    t.after(() => rmSync(moved, { recursive: true, force: true }));
    if (change === "link") symlinkSync("/etc", folder);
    if (change === "file") writeFileSync(folder, "x");
    await assert.rejects(read(), { status: 404 }, change);
    rmSync(folder, { force: true });
  }
  const { folder, read } = makeListings(t);
  if (process.geteuid!() === 0) return;
  chmodSync(folder, 0);
  await assert.rejects(read(), { status: 403 });
});

test("a folder above it that has become a link since leads to another folder, which is not listed", async (t) => {
  const base = tempFolder(t);
  for (const place of ["releases/1/files", "secret/files"])
    mkdirSync(`${base}/${place}`, { recursive: true });
  writeFileSync(`${base}/secret/files/key`, "secret");
  const stat = new StatCache({ age: 60_000, entries: 10 }).stat(`${base}/releases/1/files`)!;
  const look = () => assert.fail("nothing of it is looked at");
  assert.deepEqual((await readFolder(stat, look)).entries, []);
  renameSync(`${base}/releases/1`, `${base}/releases/0`);
  symlinkSync("../secret", `${base}/releases/1`);
  await assert.rejects(readFolder(stat, look), {
    status: 404,
    code: "folder_moved",
    message: `list ${base}/releases/1/files: led to ${base}/secret/files`,
  });
  assert.equal(openBelow(base), 0);
});

for (const [accept, form] of [
  [undefined, "html"],
  ["", "html"],
  ["*/*", "html"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"],
  ["application/json", "json"],
  ["Application/JSON; charset=utf-8", "json"],
  ["application/json, */*", "json"],
  ["application/json;q=0.5, */*", "html"],
  ["application/json, text/html", "html"],
  ["application/json, text/html;q=0.9", "json"],
  ["application/json;q=0", "html"],
  ["application/jsonp", "html"],
] as const) {
  test(`Accept: ${accept} gives ${form}`, () => assert.equal(listingForm(accept), form));
}
