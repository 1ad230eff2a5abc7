import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runInNewContext } from "node:vm";
import type { SiteConfig } from "../../../core/config/config.ts";
import { compileSite } from "../../../core/script/compile/compile_site.ts";
import type { CompiledSite } from "../../../core/script/compile/compiled_site.ts";
import { ScriptError } from "../../../core/script/compile/script_error.ts";
import { wrapBundle } from "../../../core/script/compile/wrap_bundle.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { siteFiles } from "../../support/test_config.ts";

/** A folder with these files, removed after the test. */
function folder(t: TestContext, files: Record<string, string>): string {
  const folder = new TemporaryFolder("compile");
  t.after(() => folder[Symbol.dispose]());
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  return folder.path;
}

function site(...scripts: string[]): SiteConfig {
  return {
    name: "example.org",
    hosts: ["example.org"],
    scripts,
    root: undefined,
    backend: undefined,
    env: {},
    allow: { files: [], origins: [], backends: undefined },
    files: siteFiles,
    limits: { cpu: 50, memory: 64, deadline: 1000, body: 1000, operations: 10 },
  };
}

interface Script {
  readonly default?: (...args: unknown[]) => unknown;
  readonly onResponse?: (...args: unknown[]) => unknown;
}

/** Evaluates a bundle as an isolate does, in a context without Node. */
function load(compiled: CompiledSite, modules: Record<string, unknown> = {}): Script[] {
  const module = { exports: {} as { scripts: Script[] } };
  const evaluate = runInNewContext(wrapBundle(compiled.code)) as (...args: unknown[]) => void;
  evaluate(module.exports, (name: string) => modules[name], module);
  return [...module.exports.scripts];
}

async function failure(...scripts: string[]): Promise<ScriptError> {
  const error = await compileSite(site(...scripts), 1).then(
    () => assert.fail("compiled"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ScriptError, String(error));
  return error;
}

test("a site's scripts become one bundle in their order", async (t) => {
  const root = folder(t, {
    "a.ts": `import { stat } from "lodestone";\nexport default (path: string): unknown => stat(path);\n`,
    "b.ts": `import { name } from "./lib/name.ts";\nimport data from "./data.json";\nexport const onResponse = () => name + data.x;\n`,
    "lib/name.ts": `export const name: string = "b";\n`,
    "data.json": `{ "x": 7 }`,
  });
  const compiled = await compileSite(site(join(root, "a.ts"), join(root, "b.ts")), 3);
  assert.equal(compiled.site, "example.org");
  assert.equal(compiled.version, 3);
  assert.deepEqual(
    [...compiled.inputs].sort(),
    ["a.ts", "b.ts", "data.json", "lib/name.ts"].map((name) => join(root, name)),
  );
  const [a, b] = load(compiled, { lodestone: { stat: (path: string) => `stat of ${path}` } });
  assert.equal(a!.default!("/x"), "stat of /x");
  assert.equal(b!.onResponse!(), "b7");
  assert.equal(b!.default, undefined);
});

test("the same script may stand twice in a site", async (t) => {
  const root = folder(t, { "a.ts": "export default () => 1;\n" });
  const compiled = await compileSite(site(join(root, "a.ts"), join(root, "a.ts")), 1);
  assert.equal(load(compiled).length, 2);
});

test("text files are imported as text", async (t) => {
  const root = folder(t, {
    "a.js": `import page from "./page.html";\nimport note from "./note.txt";\nexport default () => page + note;\n`,
    "page.html": "<p>grüße</p>",
    "note.txt": "note",
  });
  const [a] = load(await compileSite(site(join(root, "a.js")), 1));
  assert.equal(a!.default!(), "<p>grüße</p>note");
});

test("packages are found, their fetch-style entry first", async (t) => {
  const root = folder(t, {
    "a.ts": `import { kind } from "router";\nimport legacy from "legacy";\nexport default () => kind + legacy.x;\n`,
    "node_modules/router/package.json": JSON.stringify({
      name: "router",
      exports: { ".": { node: "./node.js", workerd: "./worker.js", default: "./default.js" } },
    }),
    "node_modules/router/worker.js": `export const kind = "worker";`,
    "node_modules/router/node.js": `import "node:fs"; export const kind = "node";`,
    "node_modules/router/default.js": `export const kind = "default";`,
    "node_modules/legacy/package.json": JSON.stringify({ name: "legacy", main: "index.js" }),
    "node_modules/legacy/index.js": `module.exports = { x: process.env.NODE_ENV };`,
  });
  const compiled = await compileSite(site(join(root, "a.ts")), 1);
  assert.equal(load(compiled)[0]!.default!(), "workerproduction");
  assert.ok(compiled.inputs.includes(join(root, "node_modules/legacy/index.js")));
});

test("a fetch-style module worker and a CommonJS script are scripts too", async (t) => {
  const root = folder(t, {
    "worker.ts": `export default { fetch: (): number => 200 };\n`,
    "common.cjs": `module.exports = () => 204;\n`,
    "again.ts": `export { default } from "./worker.ts";\n`,
  });
  const scripts = load(
    await compileSite(site(join(root, "worker.ts"), join(root, "common.cjs"), join(root, "again.ts")), 1),
  );
  assert.equal((scripts[0]!.default as unknown as { fetch(): number }).fetch(), 200);
  assert.equal(scripts[1]!.default!(), 204);
  assert.equal(scripts[2]!.default, scripts[0]!.default);
});

test("scripts are strict: an undeclared variable is an error, not a global", async (t) => {
  const root = folder(t, { "a.js": "export default () => { undeclared = 1; };\n" });
  const [a] = load(await compileSite(site(join(root, "a.js")), 1));
  assert.throws(() => a!.default!(), { name: "ReferenceError" });
});

test("a syntax error is shown at its line and column", async (t) => {
  const root = folder(t, { "a.ts": `export default () => 1;\n\tconst grüße = "ü", ] = 2;\n` });
  const { faults, message, inputs } = await failure(join(root, "a.ts"));
  const [fault] = faults;
  assert.equal(fault!.file, join(root, "a.ts"));
  assert.equal(fault!.line, 2);
  assert.equal(fault!.excerpt, `\tconst grüße = "ü", ] = 2;`);
  assert.equal(fault!.excerpt[fault!.column - 1], "]");
  assert.match(message, /a\.ts:2:21: .*\n.*const grüße/);
  assert.deepEqual(inputs, [join(root, "a.ts")]);
});

test("every script that does not parse is reported, and all files are watched", async (t) => {
  const root = folder(t, {
    "a.ts": `import "./shared.ts";\nexport default () => {;\n`,
    "b.ts": `import "./shared.ts";\nimport "./missing.ts";\nexport default () => 1;\n`,
    "shared.ts": `export const x = ;\n`,
  });
  const { faults, inputs } = await failure(join(root, "a.ts"), join(root, "b.ts"));
  assert.deepEqual(faults.map((fault) => fault.file.slice(root.length + 1)).sort(), [
    "a.ts",
    "b.ts",
    "shared.ts",
  ]);
  assert.deepEqual(
    [...inputs].sort(),
    ["a.ts", "b.ts", "missing.ts", "shared.ts"].map((name) => join(root, name)),
  );
});

test("Node's modules are refused at the import, with what to use instead", async (t) => {
  const root = folder(t, {
    "a.ts": `import { readFileSync } from "node:fs";\nimport path from "path";\nimport { createHash } from "node:crypto";\nexport default () => readFileSync(path.sep + createHash);\n`,
  });
  const { faults } = await failure(join(root, "a.ts"));
  assert.equal(faults[0]!.line, 1);
  assert.equal(faults[0]!.column, 30);
  assert.match(
    faults[0]!.message,
    /scripts run in a bare isolate: `node:fs` is not available; use stat, readFile and readDir from "lodestone"/,
  );
  assert.match(faults[1]!.message, /`path` is not available/);
  assert.match(faults[2]!.message, /`node:crypto` is not available; use "lodestone\/crypto"/);
});

test("a package may stand in for a Node module, and may try to load one", async (t) => {
  const root = folder(t, {
    "a.ts": `import events from "events";\nlet crypto;\ntry { crypto = require("crypto"); } catch {}\nexport default () => events;\n`,
    "node_modules/events/package.json": `{ "name": "events", "main": "e.js" }`,
    "node_modules/events/e.js": `module.exports = "the package";`,
  });
  const compiled = await compileSite(site(join(root, "a.ts")), 1);
  assert.equal(load(compiled)[0]!.default!(), "the package");
});

test("unknown modules are refused by name", async (t) => {
  const root = folder(t, {
    "a.ts": `import "lodestone/nonsense";\nimport "nonsense";\nimport "./nonsense.ts";\nexport default () => 1;\n`,
  });
  const { faults } = await failure(join(root, "a.ts"));
  const messages = faults.map(({ line, message }) => `${line}: ${message}`).sort();
  assert.match(messages[0]!, /^1: there is no module "lodestone\/nonsense"; known are "lodestone"/);
  assert.match(messages[1]!, /^2: could not resolve "nonsense"/);
  assert.match(messages[2]!, /^3: could not resolve "\.\/nonsense\.ts"/);
});

test("a script without a handler is refused at its first line", async (t) => {
  const root = folder(t, {
    "good.ts": "export default () => 1;\n",
    "bad.ts": "// nothing to see\nexport const handler = () => 1;\n",
    "type.ts": "export default interface Nothing {}\n",
    "empty.ts": "",
  });
  const scripts = ["good.ts", "bad.ts", "type.ts", "empty.ts"].map((name) => join(root, name));
  const { faults, inputs } = await failure(...scripts);
  assert.deepEqual(
    faults.map(({ file, line, column }) => [file, line, column]),
    scripts.slice(1).map((file) => [file, 1, 1]),
  );
  assert.match(faults[0]!.message, /export default/);
  assert.equal(faults[0]!.excerpt, "// nothing to see");
  assert.deepEqual([...inputs].sort(), [...scripts].sort());
});

test("top-level await is refused in plain words", async (t) => {
  const root = folder(t, { "a.ts": "const x = await Promise.resolve(1);\nexport default () => x;\n" });
  const { faults } = await failure(join(root, "a.ts"));
  assert.deepEqual([faults[0]!.line, faults[0]!.column], [1, 11]);
  assert.match(faults[0]!.message, /^top-level await is not possible/);
});

test("a script that is missing or a folder is a fault, and is watched", async (t) => {
  const root = folder(t, { "a.ts": "export default () => 1;\n", "dir/x": "" });
  for (const name of ["missing.ts", "dir"]) {
    const path = join(root, name);
    const { faults, inputs } = await failure(join(root, "a.ts"), path);
    assert.equal(faults[0]!.file, path);
    assert.ok(inputs.includes(path));
  }
});

test("a bundle above ten megabytes is refused", async (t) => {
  const root = folder(t, { "a.ts": `import big from "./big.txt";\nexport default () => big;\n` });
  writeFileSync(join(root, "big.txt"), "x".repeat(11 * 1024 * 1024));
  const { faults } = await failure(join(root, "a.ts"));
  assert.match(faults[0]!.message, /the limit is 10485760/);
});

test("paths with quotes and odd characters are only paths", async (t) => {
  const name = `o"d'd \u2028 ü.ts`;
  const root = folder(t, { [name]: "export default () => 1;\n" });
  const compiled = await compileSite(site(join(root, name)), 1);
  assert.deepEqual(compiled.inputs, [join(root, name)]);
  assert.equal(load(compiled)[0]!.default!(), 1);
});

test("a script that is a symbolic link is watched by both names", async (t) => {
  const root = folder(t, { "v1/a.ts": "export default () => 1;\n" });
  symlinkSync("v1/a.ts", join(root, "current.ts"));
  const compiled = await compileSite(site(join(root, "current.ts")), 1);
  assert.deepEqual([...compiled.inputs].sort(), [join(root, "current.ts"), join(root, "v1/a.ts")]);
});
