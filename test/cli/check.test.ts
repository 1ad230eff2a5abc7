import assert from "node:assert/strict";
import { test } from "node:test";
import { folderWith, lodestone, NODES } from "./run_lodestone.ts";

const SCRIPT = "export default (): number => 204;\n";

for (const node of NODES) {
  test(`check says that a configuration is fine, and how much there is of it (${node})`, async (t) => {
    const cwd = folderWith(t, {
      "lodestone.yaml": "sites: [{ scripts: [a.ts, b.ts] }, { hosts: a.org, scripts: a.ts }]\n",
      "a.ts": SCRIPT,
      "b.ts": SCRIPT,
    });
    const { code, stdout, stderr } = await lodestone(t, ["check"], { node, cwd });
    assert.deepEqual([code, stdout, stderr], [0, "lodestone.yaml: fine (2 sites, 2 scripts)\n", ""]);
  });
}

test("check takes a script alone", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const { code, stdout } = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.deepEqual([code, stdout], [0, "site.ts: fine (1 site, 1 script)\n"]);
});

test("check tells every fault of every script once, with its place and line", async (t) => {
  const cwd = folderWith(t, {
    "lodestone.yaml": "sites: [{ scripts: [a.ts, b.ts] }, { hosts: a.org, scripts: [a.ts] }]\n",
    "a.ts": "export default () => {\n\treturn 2 +;\n};\n",
    "b.ts": 'import "./nowhere.ts";\nexport default () => 204;\n',
  });
  const { code, stdout, stderr } = await lodestone(t, ["check"], { cwd });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(stderr.match(/a\.ts:2:12: /g)?.length, 1, stderr);
  assert.match(stderr, /a\.ts:2:12: .*\n {2}\treturn 2 \+;\n {2}\t {10}\^\n/);
  assert.match(stderr, /b\.ts:1:8: .*nowhere\.ts/);
});

test("check names a script by its real path, whatever characters that has", async (t) => {
  const cwd = folderWith(t, { "sité #1 100%20?.ts": "export default () => {\n  return 2 +;\n};\n" });
  const { code, stderr } = await lodestone(t, ["check", "sité #1 100%20?.ts"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /\/sité #1 100%20\?\.ts:2:13: .*\n {2} {2}return 2 \+;\n {2} {12}\^\n/);
});

test("check tells the faults of the configuration before it looks at scripts", async (t) => {
  const cwd = folderWith(t, { "lodestone.yaml": "wrokers: 2\nsites: [{ scripts: nope.ts }]\n" });
  const { code, stderr } = await lodestone(t, ["check", "lodestone.yaml"], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^lodestone\.yaml:1:1: unknown key "wrokers"; did you mean "workers"\?\n {2}wrokers: 2\n {2}\^\n/,
  );
  assert.match(stderr, /lodestone\.yaml:2:20: cannot find "nope\.ts"/);
});
