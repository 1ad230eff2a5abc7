import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { folderWith, lodestone, NODES, outcomeOf, startLodestone } from "./run_lodestone.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const SCRIPT = "export default () => 204;\n";

for (const node of NODES) {
  test(`--version prints the version (${node})`, async (t) => {
    const { code, stdout, stderr } = await lodestone(t, ["--version"], { node });
    assert.deepEqual([code, stdout, stderr], [0, `${version}\n`, ""]);
  });

  test(`an unknown option is wrong usage (${node})`, async (t) => {
    const { code, stdout, stderr } = await lodestone(t, ["serve", "--prot", "80"], { node });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /unknown option '--prot'/);
  });

  test(`a fault ends with 1 (${node})`, async (t) => {
    const cwd = folderWith(t, { "lodestone.yaml": "sites: 7\n" });
    const { code, stdout, stderr } = await lodestone(t, ["serve"], { node, cwd });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.equal(stderr, "lodestone.yaml:1:8: sites must be a list, got 7\n  sites: 7\n         ^\n");
  });
}

test("--help shows the commands, the environment and the exit codes", async (t) => {
  const { code, stdout, stderr } = await lodestone(t, ["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  for (const part of [/^Usage: lodestone/, /serve/, /check/, /Examples:/, /LODESTONE_LISTEN/, /Exit codes/]) {
    assert.match(stdout, part);
  }
});

for (const command of ["serve", "check"]) {
  test(`${command} --help has examples`, async (t) => {
    const { code, stdout } = await lodestone(t, [command, "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Usage: lodestone ${command}[\\s\\S]*Examples:\n  lodestone ${command}`));
  });
}

test("no command, an unknown one, and too many arguments are wrong usage, told on standard error", async (t) => {
  const outcomes = await Promise.all(
    [[], ["sreve"], ["check", "a.yaml", "b.yaml"]].map((each) => lodestone(t, each)),
  );
  for (const { code, stdout } of outcomes) assert.deepEqual([code, stdout], [2, ""]);
  assert.match(outcomes[0]!.stderr, /Usage: lodestone/);
  assert.match(outcomes[1]!.stderr, /unknown command 'sreve'[\s\S]*serve/);
  assert.match(outcomes[2]!.stderr, /too many arguments/);
});

test("a file that is neither configuration nor script is wrong usage", async (t) => {
  const { code, stderr } = await lodestone(t, ["serve", "site.lua"]);
  assert.equal(code, 2);
  assert.match(stderr, /"site\.lua" is neither a configuration .* nor a script/);
});

test("script options together with a configuration are wrong usage", async (t) => {
  const { code, stderr } = await lodestone(t, ["serve", "a.yaml", "--listen", ":1", "--workers", "2"]);
  assert.equal(code, 2);
  assert.match(stderr, /--listen, --workers configure a script; with the configuration a\.yaml/);
});

test("option values that cannot be used are wrong usage, all told", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const { code, stderr } = await lodestone(
    t,
    ["serve", "site.ts", "--listen", "8080", "--backend", "app", "--workers", "0", "--root", "nope"],
    { cwd },
  );
  assert.equal(code, 2);
  for (const option of ["listen", "backend", "workers", "root"])
    assert.match(stderr, new RegExp(`^lodestone: --${option}: `, "m"));
});

test("a script or a root that is missing is a fault", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const [script, root] = await Promise.all([
    lodestone(t, ["serve", "nope.ts"], { cwd }),
    lodestone(t, ["serve", "site.ts", "--root", "nope"], { cwd }),
  ]);
  assert.deepEqual([script.code, root.code], [1, 1]);
  assert.match(script.stderr, /^lodestone: cannot find "nope\.ts"/);
  assert.match(root.stderr, /^lodestone: --root: cannot find "nope"/);
});

test("without any file the answer says what could be named", async (t) => {
  const { code, stderr } = await lodestone(t, ["serve"], { cwd: folderWith(t, {}) });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /there is no lodestone\.yaml in [\s\S]*lodestone serve site\.ts[\s\S]*lodestone init\n/,
  );
});

test("the environment stands in for missing arguments and is named in complaints", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const env = {
    LODESTONE_SCRIPT: "site.ts",
    LODESTONE_LISTEN: ":1, x",
    LODESTONE_WORKERS: "0",
    LODESTONE_LOG_LEVEL: "loud",
  };
  const { code, stderr } = await lodestone(t, ["serve"], { cwd, env });
  assert.equal(code, 2);
  for (const name of ["LISTEN", "WORKERS", "LOG_LEVEL"])
    assert.match(stderr, new RegExp(`^lodestone: LODESTONE_${name}: `, "m"));
});

test("arguments win over the environment", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const env = { LODESTONE_SCRIPT: "nope.ts", LODESTONE_WORKERS: "0" };
  const { code, stderr } = await lodestone(t, ["serve", "site.ts", "--workers", "x"], { cwd, env });
  assert.equal(code, 2);
  assert.match(stderr, /^lodestone: --workers: .*got "x"\n$/);
});

test("LODESTONE_CONFIG names a configuration, and not a script as well", async (t) => {
  const cwd = folderWith(t, { "a.yaml": "sites: 7", "site.ts": SCRIPT });
  const [config, both] = await Promise.all([
    lodestone(t, ["check"], { cwd, env: { LODESTONE_CONFIG: "a.yaml" } }),
    lodestone(t, ["check"], { cwd, env: { LODESTONE_CONFIG: "a.yaml", LODESTONE_SCRIPT: "site.ts" } }),
  ]);
  assert.equal(config.code, 1);
  assert.match(config.stderr, /^a\.yaml:1:8: /);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /both set/);
});

test("a reader that leaves early is no fault", async (t) => {
  const child = startLodestone(t, ["serve", "--help"]);
  // Gone before anything was written.
  child.stdout.destroy();
  const { code, signal, stderr } = await outcomeOf(child);
  assert.deepEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: "" });
});
