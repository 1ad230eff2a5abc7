import assert from "node:assert/strict";
import { lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { resolveFile } from "../../core/files/resolve_file.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import { linksHaveSameOwner, type SymlinkPolicy } from "../../core/files/symlink_policy.ts";
import { tempFolder } from "./temp_folder.ts";

const ALICE = 1001;
const MALLORY = 1002;
const canChangeOwners = process.geteuid!() === 0;

/** A root behind a link, as `current -> releases/1`, with links of every kind. */
function makeRoot(t: TestContext) {
  const base = tempFolder(t);
  const real = `${base}/releases/1`;
  mkdirSync(`${real}/sub`, { recursive: true });
  mkdirSync(`${real}/theirs`);
  mkdirSync(`${base}/media`);
  writeFileSync(`${real}/file`, "file");
  writeFileSync(`${real}/sub/inner`, "inner");
  writeFileSync(`${real}/theirs/secret`, "secret");
  writeFileSync(`${base}/media/film`, "film");
  writeFileSync(`${base}/outside`, "outside");
  symlinkSync("releases/1", `${base}/current`);
  const links: Record<string, [target: string, owner: number]> = {
    own: ["file", ALICE],
    "own-folder": ["sub", ALICE],
    "own-chain": ["own", ALICE],
    "own-absolute": [`${base}/current/file`, ALICE],
    "own-media": [`${base}/media/film`, ALICE],
    "own-dots": ["sub/../own-folder/../file", ALICE],
    foreign: ["theirs/secret", ALICE],
    "foreign-folder": ["theirs", ALICE],
    "foreign-link": ["file", MALLORY],
    "foreign-chain": ["foreign-link", ALICE],
    "chain-to-foreign": ["foreign", MALLORY],
    "foreign-and-back": ["foreign-folder/../file", ALICE],
    "foreign-in-between": ["own-folder/../foreign-folder/../sub/inner", ALICE],
    "own-and-back": ["./own-folder//../sub/inner", ALICE],
    out: [`${base}/outside`, ALICE],
    loop: ["loop", ALICE],
    nowhere: ["nothing", ALICE],
  };
  for (const [name, [target]] of Object.entries(links)) symlinkSync(target, `${real}/${name}`);
  if (canChangeOwners) {
    const alices = ["file", "sub", "sub/inner"].map((name) => `${real}/${name}`);
    for (const path of [...alices, `${base}/media/film`, `${base}/outside`]) lchownSync(path, ALICE, ALICE);
    lchownSync(`${real}/theirs`, MALLORY, MALLORY);
    lchownSync(`${real}/theirs/secret`, MALLORY, MALLORY);
    for (const [name, [, owner]] of Object.entries(links)) lchownSync(`${real}/${name}`, owner, owner);
  }
  const folders = [`${base}/current`, `${base}/media`];
  const cache = new StatCache({ age: 0, entries: 1 });
  return (name: string, policy: SymlinkPolicy) =>
    resolveFile(cache, folders, `${base}/current/${name}`, policy) !== undefined;
}

/** Which policies find it: w(ithin), s(ame-owner), n(ever). */
const ROWS: readonly [name: string, found: string][] = [
  ["file", "wsn"],
  ["sub/inner", "wsn"],
  ["sub", "wsn"],
  ["", "wsn"],
  ["own", "ws"],
  ["own-folder", "ws"],
  ["own-folder/inner", "ws"],
  ["own-chain", "ws"],
  ["own-absolute", "ws"],
  ["own-media", "ws"],
  ["own-dots", "ws"],
  ["foreign", "w"],
  ["foreign-folder/secret", "w"],
  ["foreign-link", "w"],
  ["foreign-chain", "w"],
  ["chain-to-foreign", "w"],
  ["foreign-and-back", "w"],
  ["foreign-in-between", "w"],
  ["own-and-back", "ws"],
  ["theirs/secret", "wsn"],
  ["out", ""],
  ["loop", ""],
  ["nowhere", ""],
  ["file/", ""],
];

for (const [name, found] of ROWS) {
  test(`"${name}" is found with ${found === "" ? "no policy" : [...found].join(", ")}`, (t) => {
    if (!canChangeOwners) return t.skip("only root can give files away");
    const isFound = makeRoot(t);
    assert.deepEqual(
      { within: isFound(name, "within"), same: isFound(name, "same-owner"), never: isFound(name, "never") },
      { within: found.includes("w"), same: found.includes("s"), never: found.includes("n") },
    );
  });
}

test("the way must end where the path was found to lead, or something was changed meanwhile", (t) => {
  const folder = tempFolder(t);
  for (const name of ["a", "b"]) writeFileSync(`${folder}/${name}`, name);
  symlinkSync("a", `${folder}/link`);
  assert.equal(linksHaveSameOwner(folder, ["link"], `${folder}/a`), true);
  assert.equal(linksHaveSameOwner(folder, ["link"], `${folder}/b`), false);
  assert.equal(linksHaveSameOwner(folder, ["link"], `${folder}/link`), false);
  assert.equal(linksHaveSameOwner(folder, ["gone"], `${folder}/gone`), false);
});

test("as many links are followed as Linux follows, and no more", (t) => {
  const folder = tempFolder(t);
  symlinkSync(".", `${folder}/here`);
  const links = (count: number) => Array.from({ length: count }, () => "here");
  assert.equal(linksHaveSameOwner(folder, links(40), folder), true);
  assert.equal(linksHaveSameOwner(folder, links(41), folder), false);
});
