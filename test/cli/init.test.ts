import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Child, run } from "../support/child.ts";
import { request } from "../support/request.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { installPackage } from "./install_package.ts";
import { folderWith, lodestone } from "./run_lodestone.ts";

const FILES = [
  "lodestone.yaml",
  "site.ts",
  "site.test.ts",
  "www/index.html",
  "tsconfig.json",
  "package.json",
  ".gitignore",
];
const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));

test("init makes a folder with everything, and says what to do next", async (t) => {
  const cwd = folderWith(t, {});
  const { code, stdout, stderr } = await lodestone(t, ["init", "my site"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
  for (const name of FILES) {
    assert.ok(existsSync(join(cwd, "my site", name)), name);
    assert.ok(stdout.includes(`  made  ${name}\n`), stdout);
  }
  assert.match(
    stdout,
    /\nNext:\n {2}cd "my site"\n {2}.*lodestone(\.js)? serve .*http:\/\/127\.0\.0\.1:8080\n/,
  );
  assert.equal(JSON.parse(readFileSync(join(cwd, "my site/package.json"), "utf8")).name, "my-site");
});

test("init keeps what is there, and says so", async (t) => {
  const cwd = folderWith(t, { "site.ts": "export default () => 204;\n", "package.json": "{}" });
  const { code, stdout } = await lodestone(t, ["init"], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, / {2}made {2}lodestone\.yaml\n {2}kept {2}site\.ts, which was there\n/);
  assert.equal(readFileSync(join(cwd, "site.ts"), "utf8"), "export default () => 204;\n");
  assert.equal(readFileSync(join(cwd, "package.json"), "utf8"), "{}");
  assert.doesNotMatch(stdout, /cd /);
});

test("init says what it cannot write", async (t) => {
  const cwd = folderWith(t, { file: "" });
  const { code, stderr } = await lodestone(t, ["init", "file/site"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^lodestone: cannot write .*file\/site.*: ENOTDIR\n$/);
});

test("in a new folder types, check, test and serve work before anything is installed", async (t) => {
  const cwd = folderWith(t, {});
  await lodestone(t, ["init"], { cwd });
  const types = await run(process.execPath, [TSC, "-p", "."], { cwd });
  assert.equal(types.stdout + types.stderr, "");
  const check = await lodestone(t, ["check"], { cwd });
  assert.deepEqual([check.code, check.stderr], [0, ""]);
  const tests = await lodestone(t, ["test"], { cwd });
  assert.equal(tests.code, 0, tests.stdout + tests.stderr);
  assert.match(tests.stdout, /pass 3\n/);
});

test("the types of a new folder tell a wrong test from a right one", async (t) => {
  const cwd = folderWith(t, {});
  await lodestone(t, ["init"], { cwd });
  const wrong = `import { site } from "lodestone/test";
const response = await site("./site.ts", { rot: "." }).fetch("/");
export const to: "nowhere" | undefined = response.escalated?.to;
`;
  writeFileSync(join(cwd, "wrong.test.ts"), wrong);
  const { stdout } = await run(process.execPath, [TSC, "-p", ".", "--pretty", "false"], { cwd });
  assert.match(stdout, /^wrong\.test\.ts\(2,44\): error TS2\d+: .*'rot'/m);
  assert.match(stdout, /^wrong\.test\.ts\(3,14\): error TS2322/m);
});

test("a new folder works with the package that npm packs", async (t) => {
  using site = new TemporaryFolder("new-site");
  const { folder } = installPackage(site.path);
  const cwd = site.path;
  const launcher = join(folder, "core/cli/lodestone.js");
  const init = await lodestone(t, ["init"], { cwd, launcher });
  assert.equal(init.code, 0, init.stderr);
  assert.match(
    readFileSync(join(cwd, "tsconfig.json"), "utf8"),
    /"\.\/node_modules\/lodestone\/core\/runtime/,
  );
  const types = await run(process.execPath, [TSC, "-p", "."], { cwd });
  assert.equal(types.stdout + types.stderr, "");
  for (const command of [["check"], ["test"], ["run", "site.ts", "/hello"]]) {
    const { code, stdout, stderr } = await lodestone(t, command, { cwd, launcher });
    assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
  }
  const yaml = readFileSync(join(cwd, "lodestone.yaml"), "utf8");
  site.write("lodestone.yaml", yaml.replace("127.0.0.1:8080", "127.0.0.1:0"));
  await using server = new Child(process.execPath, [launcher, "serve"], { cwd });
  const address = await until("the package listens", () => {
    if (!server.running) throw new Error(server.stderr);
    return /listening on (http:\S+)/.exec(server.stderr)?.[1];
  });
  assert.equal((await request(`${address}/hello`)).text, "Hello\n");
  assert.match((await request(`${address}/`)).text, /It works/);
});
