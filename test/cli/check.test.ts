import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { folderWith, lodestone, NODES } from "./run_lodestone.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
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

test("check tells where a script and the script API do not agree", async (t) => {
  const cwd = folderWith(t, {
    "lodestone.yaml": "sites: [{ scripts: a.ts }, { hosts: a.org, scripts: [a.ts, b.ts] }]\n",
    "a.ts":
      'export default (request: Request) => {\n\treturn new Response(request.path, { status: "200" });\n};\n',
    "b.ts":
      'import { stat } from "lodestone";\nimport { twice } from "./c.ts";\n' +
      'export default () => (stat("/x").isFile ? twice(1) : 404);\n',
    "c.ts": 'export const twice = (n: number): number => "😀" + n;\n',
  });
  const { code, stdout, stderr } = await lodestone(t, ["check"], { cwd });
  assert.deepEqual([code, stdout], [1, ""], stderr);
  assert.match(
    stderr,
    /\/a\.ts:2:38: Type 'string' is not assignable to type 'number' \(TS2322\)\n {2}\treturn new Resp.*\n {2}\t {36}\^\n/,
  );
  assert.match(stderr, /\/b\.ts:3:23: Object is possibly 'undefined' \(TS2532\)\n/);
  assert.match(stderr, /\/c\.ts:1:45: Type 'string' is not assignable to type 'number' \(TS2322\)\n/);
  assert.match(stderr, /\n3 faults in 3 files\n$/);
});

test("check goes into the detail of a type on the same line", async (t) => {
  const cwd = folderWith(t, {
    "site.ts":
      'import type { Handler } from "lodestone";\nconst handler: Handler = () => "text";\nexport default handler;\n',
  });
  const { code, stderr } = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /site\.ts:2:32: Type 'string' is not assignable to type 'Promise<HandlerResult> \| HandlerResult' \(TS2322\)\n/,
  );
});

test("check knows that scripts have neither a DOM nor Node", async (t) => {
  const cwd = folderWith(t, {
    "tsconfig.json": '{ "compilerOptions": { "lib": ["es2024", "dom"], "types": ["node"] } }\n',
    "site.ts": "export default () => (document.title === process.title ? 200 : 404);\n",
  });
  const { code, stderr } = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /site\.ts:1:23: Cannot find name 'document'. Scripts have neither a DOM nor Node \(TS/,
  );
  assert.match(stderr, /site\.ts:1:42: Cannot find name 'process'. Scripts have neither a DOM nor Node \(TS/);
});

test("check is as strict as the tsconfig.json in a folder above the script says", async (t) => {
  const cwd = folderWith(t, {
    "tsconfig.json":
      '{ "compilerOptions": { "noUncheckedIndexedAccess": true, "outDir": "out", "composite": true }, "include": ["x"] }\n',
  });
  mkdirSync(join(cwd, "scripts"));
  cpSync(
    join(folderWith(t, { "site.ts": "const a = [200];\nexport default (): number => a[0];\n" }), "site.ts"),
    join(cwd, "scripts/site.ts"),
  );
  const { code, stderr } = await lodestone(t, ["check", "scripts/site.ts"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /scripts\/site\.ts:2:30: Type 'number \| undefined' is not assignable/);
  assert.match(stderr, /\n1 fault in 1 file\n$/);
});

test("check tells what is wrong with a tsconfig.json", async (t) => {
  const cwd = folderWith(t, {
    "tsconfig.json": '{ "compilerOptions": {\n  "stict": true\n} }\n',
    "site.ts": SCRIPT,
  });
  const { code, stderr } = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /tsconfig\.json:2:3: Unknown compiler option 'stict'.*\n {2} {2}"stict": true\n/);
});

test("check looks at JavaScript that asks for it", async (t) => {
  const text = "export default () => nowhere;\n";
  const cwd = folderWith(t, {
    "lodestone.yaml": "sites: [{ scripts: [a.js, b.js] }]\n",
    "a.js": text,
    "b.js": `// @ts-check\n${text}`,
  });
  const { code, stderr } = await lodestone(t, ["check"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /b\.js:2:22: Cannot find name 'nowhere'/);
  assert.doesNotMatch(stderr, /a\.js/);
});

test("check --no-types leaves types alone", async (t) => {
  const cwd = folderWith(t, { "site.ts": 'export default (): number => "200";\n' });
  assert.match((await lodestone(t, ["check", "site.ts"], { cwd })).stderr, /site\.ts:1:30: /);
  const { code, stderr } = await lodestone(t, ["check", "site.ts", "--no-types"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
});

test("check tells once of a script that does not compile", async (t) => {
  const cwd = folderWith(t, { "site.ts": "export default () => {\n\treturn 2 +;\n};\n" });
  const { stderr } = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.match(stderr, /^[^\n]*site\.ts:2:12: .*\n.*\n.*\n1 fault in 1 file\n$/);
});

test("check understands packages by their own types", async (t) => {
  const cwd = folderWith(t, {
    "site.ts":
      'import { Hono } from "hono";\nconst app = new Hono();\n' +
      'app.get("/:name", (c) => c.text(c.req.param("name")));\nexport default app;\n',
    "wrong.ts":
      'import { Hono } from "hono";\nconst app = new Hono();\n' +
      'app.get("/:name", (c) => c.text(c.req.nowhere));\nexport default app;\n',
  });
  symlinkSync(join(ROOT, "node_modules"), join(cwd, "node_modules"));
  const fine = await lodestone(t, ["check", "site.ts"], { cwd });
  assert.deepEqual([fine.code, fine.stderr], [0, ""]);
  const wrong = await lodestone(t, ["check", "wrong.ts"], { cwd });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /wrong\.ts:3:39: Property 'nowhere' does not exist on type 'HonoRequest/);
});

test("check says that it has no TypeScript, and checks the rest", async (t) => {
  const cwd = folderWith(t, { "site.ts": 'export default (): number => "200";\n' });
  const launcher = installationWithout(t, "typescript");
  const { code, stdout, stderr } = await lodestone(t, ["check", "site.ts"], { cwd, launcher });
  assert.deepEqual([code, stdout], [0, "site.ts: fine (1 site, 1 script)\n"], stderr);
  assert.match(stderr, /^lodestone: types are not checked: the TypeScript compiler cannot be found: .*\n$/);
});

/** A copy of Lodestone where one package is missing; its launcher. */
function installationWithout(t: TestContext, missing: string): string {
  const folder = folderWith(t, {});
  cpSync(join(ROOT, "core"), join(folder, "core"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (name !== missing) symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  }
  return join(folder, "core/cli/lodestone.js");
}
