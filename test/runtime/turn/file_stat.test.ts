import assert from "node:assert/strict";
import { test } from "node:test";
import { KnownStats } from "../../../core/runtime/turn/file_stat.ts";

const packed = (path: string): string => `f-\n12\n1.5\n2\n33188\n0\n0\n7\n"c-1"\ntext/html\n${path}`;

test("what the host has packed is told as an object, the path with whatever is in it", () => {
  assert.deepEqual(new KnownStats().of(packed("/a\nb")), {
    path: "/a\nb",
    isFile: true,
    isDirectory: false,
    isSymlink: false,
    size: 12,
    mtime: 1.5,
    ctime: 2,
    mode: 33188,
    uid: 0,
    gid: 0,
    inode: 7,
    etag: '"c-1"',
    contentType: "text/html",
  });
});

test("the same is told by the same object, which no request can change for another", () => {
  const known = new KnownStats();
  const stat = known.of(packed("/a"));
  assert.equal(known.of(packed("/a")), stat);
  assert.throws(() => Object.assign(stat, { size: 0 }), TypeError);
});

test("of very many files each is told for itself", () => {
  const known = new KnownStats();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 1_000; i++) assert.equal(known.of(packed(`/${i}`)).path, `/${i}`);
  }
});
