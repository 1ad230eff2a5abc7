import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { folderWith, lodestone, NODES, outcomeOf, startLodestone } from "./run_lodestone.ts";

const SCRIPT = `export default (request: Request) => {
  if (request.path === "/boom") throw new TypeError("late boom");
  return new Response("hello");
};
`;
const HEAD = `import assert from "node:assert/strict";
import test from "node:test";
import { site } from "lodestone/test";
const s = site("./site.ts");
`;
const PASSES = `${HEAD}test("greets", async () => assert.equal(await (await s.fetch("/")).text(), "hello"));\n`;
const FAILS = `${HEAD}test("goes well", async () => assert.equal((await s.fetch("/boom")).status, 200));\n`;

for (const node of NODES) {
  test(`tests beside scripts are found and run (${node})`, async (t) => {
    const cwd = folderWith(t, { "site.ts": SCRIPT, "site.test.ts": PASSES });
    mkdirSync(join(cwd, "node_modules"));
    mkdirSync(join(cwd, "deeper"));
    writeFileSync(join(cwd, "node_modules/x.test.js"), "throw new Error();");
    writeFileSync(join(cwd, "deeper/site.test.js"), PASSES.replace("./site.ts", "../site.ts"));
    const { code, stdout, stderr } = await lodestone(t, ["test"], { node, cwd });
    assert.deepEqual([code, stderr], [0, ""], stdout);
    assert.match(stdout, /tests 2\n.*\n.*pass 2\n/);
  });
}

test("a test that fails makes the exit code 1 and shows what the script threw, and where", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT, "site.test.ts": FAILS });
  const { code, stdout } = await lodestone(t, ["test"], { cwd });
  assert.equal(code, 1);
  assert.match(
    stdout,
    /GET \/boom:\n.*site\.ts:2:39: TypeError: late boom\n.*throw new TypeError.*\n.* {30}\^\n/,
  );
});

test("a test that reckons with an error does not show it", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT, "site.test.ts": FAILS.replace("200", "500") });
  const { code, stdout, stderr } = await lodestone(t, ["test"], { cwd });
  assert.equal(code, 0);
  assert.doesNotMatch(stdout + stderr, /boom/);
});

test("a script whose timers never end keeps no test from ending", async (t) => {
  const cwd = folderWith(t, { "site.ts": `setInterval(() => {}, 5);\n${SCRIPT}`, "site.test.ts": PASSES });
  const { code, stdout } = await lodestone(t, ["test"], { cwd });
  assert.equal(code, 0, stdout);
});

test("options go to node:test, places choose the tests", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT, "a.test.ts": PASSES, "b.test.ts": FAILS });
  const named = await lodestone(t, ["test", "--test-name-pattern", "greets"], { cwd });
  assert.equal(named.code, 0, named.stdout);
  const placed = await lodestone(t, ["test", "--test-reporter=tap", "a.test.ts"], { cwd });
  assert.equal(placed.code, 0);
  assert.match(placed.stdout, /^TAP version/);
});

test("without tests there is advice, and exit code 1", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const { code, stdout, stderr } = await lodestone(t, ["test"], { cwd });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^lodestone: there are no tests in .*\.\n.*site\.test\.ts:\n/);
  const missing = await lodestone(t, ["test", "nowhere"], { cwd });
  assert.deepEqual(
    [missing.code, missing.stderr],
    [
      2,
      'lodestone: cannot find "nowhere": name a folder with tests, or a test\n(see "lodestone test --help")\n',
    ],
  );
});

test("an option that Node does not know either is wrong usage", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT, "site.test.ts": PASSES });
  const { code, stdout, stderr } = await lodestone(t, ["test", "--bogus"], { cwd });
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /bad option: --bogus\n\(see "lodestone test --help" and "node --help"\)\n$/);
});

test("a test that imports a module of scripts learns where it is", async (t) => {
  const cwd = folderWith(t, { "a.test.ts": `import { env } from "lodestone";\nconsole.log(env);\n` });
  const { code, stdout, stderr } = await lodestone(t, ["test"], { cwd });
  assert.equal(code, 1);
  assert.match(stdout + stderr, /"lodestone" is there for scripts, in their isolate/);
});

test("--watch runs a test again when its script changes", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT.replace("hello", "good bye"), "site.test.ts": PASSES });
  const child = startLodestone(t, ["test", "--watch"], { cwd });
  const ended = outcomeOf(child);
  let stdout = "";
  child.stdout.on("data", (text) => (stdout += text));
  await until("the test fails", () => /fail 1\n/.test(stdout));
  writeFileSync(join(cwd, "site.ts"), SCRIPT);
  await until("the test passes", () => /pass 1\n/.test(stdout), { timeout: 20_000 });
  child.kill("SIGTERM");
  await ended;
});
