import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import test from "node:test";
import { ScriptWatch } from "../../core/supervisor/script_watch.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

/** Polling so rare that only events count, unless a test asks for it. */
const NEVER = 3_600_000;

class Watched implements Disposable {
  readonly folder = new TemporaryFolder("watch");
  readonly changes: string[][] = [];
  readonly watch: ScriptWatch;

  constructor(poll = NEVER) {
    this.watch = new ScriptWatch({
      onChange: (sites) => {
        this.changes.push([...sites].sort());
      },
      quiet: 10,
      poll,
    });
  }

  path(name: string): string {
    return `${this.folder.path}/${name}`;
  }

  async changed(times: number): Promise<string[]> {
    await until(`${times} changes`, () => this.changes.length >= times);
    return this.changes[times - 1]!;
  }

  [Symbol.dispose](): void {
    this.watch.close();
    this.folder[Symbol.dispose]();
  }
}

const later = (): number => Date.now() + 60_000;

test("only the sites whose files have changed are named", async () => {
  using watched = new Watched();
  const [a, b, shared] = ["a.ts", "b.ts", "shared.ts"].map((name) => watched.folder.write(name, "1"));
  watched.watch.watch("a", [a!, shared!], later());
  watched.watch.watch("b", [b!, shared!], later());
  watched.folder.write("unrelated.txt", "x");
  watched.folder.write("b.ts", "22");
  assert.deepEqual(await watched.changed(1), ["b"]);
  watched.folder.write("shared.ts", "22");
  assert.deepEqual(await watched.changed(2), ["a", "b"]);
});

test("a file that is no longer part of a site does not count any more", async () => {
  using watched = new Watched();
  const [old, kept, other] = ["old.ts", "kept.ts", "other.ts"].map((name) => watched.folder.write(name, "1"));
  watched.watch.watch("site", [old!, kept!], later());
  watched.watch.watch("site", [kept!], later());
  watched.watch.watch("other", [other!], later());
  watched.folder.write("old.ts", "22");
  watched.folder.write("other.ts", "22");
  assert.deepEqual(await watched.changed(1), ["other"]);
  watched.folder.write("kept.ts", "22");
  assert.deepEqual(await watched.changed(2), ["site"]);
});

test("a replacement by renaming counts even with the same size and modification time", async () => {
  using watched = new Watched();
  const file = watched.folder.write("a.ts", "1");
  const fresh = watched.folder.write("a.ts.new", "2");
  for (const path of [file, fresh]) utimesSync(path, 1_000_000, 1_000_000);
  watched.watch.watch("site", [file], later());
  renameSync(fresh, file);
  assert.deepEqual(await watched.changed(1), ["site"]);
});

test("a file that comes in a folder that did not exist is noticed, step by step", async () => {
  using watched = new Watched();
  const missing = watched.path("lib/deep/a");
  watched.watch.watch("site", [missing], later());
  mkdirSync(watched.path("lib/deep"), { recursive: true });
  await watched.changed(1);
  // The caller compiles again, fails again, and says the same.
  watched.watch.watch("site", [missing], later());
  writeFileSync(watched.path("lib/deep/a.ts"), "1");
  await watched.changed(2);
});

test("a folder that is removed and comes again goes on being watched", async () => {
  using watched = new Watched(20);
  const file = watched.folder.write("lib/a.ts", "1");
  watched.watch.watch("site", [file], later());
  rmSync(watched.path("lib"), { recursive: true });
  await watched.changed(1);
  watched.folder.write("lib/a.ts", "1");
  await watched.changed(2);
  watched.folder.write("lib/a.ts", "22");
  await watched.changed(3);
});

test("polling finds what no event tells: the target of a symbolic link in another folder", async () => {
  using watched = new Watched(20);
  const target = watched.folder.write("elsewhere/a.ts", "1");
  symlinkSync(target, watched.path("a.ts"));
  watched.watch.watch("site", [watched.path("a.ts")], later());
  watched.folder.write("elsewhere/a.ts", "22");
  assert.deepEqual(await watched.changed(1), ["site"]);
});

test("a file saved while it was being read counts as changed", async () => {
  using watched = new Watched();
  const since = Date.now();
  const file = watched.folder.write("a.ts", "1");
  watched.watch.watch("site", [file], since);
  assert.deepEqual(await watched.changed(1), ["site"]);
});

test("the files of a thousand sites are watched in no time, and one of them is noticed", async () => {
  using watched = new Watched();
  const paths = Array.from({ length: 1000 }, (_, i) => watched.folder.write(`${i}.ts`, "1"));
  const since = performance.now();
  for (const [i, path] of paths.entries()) watched.watch.watch(`site ${i}`, [path], later());
  const milliseconds = performance.now() - since;
  // It took seconds when each site looked at the files of all others.
  assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  watched.folder.write("777.ts", "22");
  assert.deepEqual(await watched.changed(1), ["site 777"]);
});
