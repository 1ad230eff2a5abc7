import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fencedBlocks, readSteps, runStep } from "../examples/support/transcript.ts";
import { run } from "../support/child.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const LAUNCHER = join(ROOT, "core/cli/lodestone.js");
const blocks = fencedBlocks(readFileSync(join(ROOT, "docs/testing.md"), "utf8"));

function folderOfPage(): TemporaryFolder {
  const folder = new TemporaryFolder("testing-manual");
  for (const { language, text } of blocks) {
    const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
    // The name is none of the lines that errors count.
    if (language === "typescript" && name !== undefined) folder.write(name, text.replace(/^.*\n/, ""));
  }
  return folder;
}

test("the commands of docs/testing.md print what it says", async (t) => {
  using folder = folderOfPage();
  const program = `lodestone() { env -u NODE_TEST_CONTEXT "${process.execPath}" "${LAUNCHER}" "$@" 2>&1; }`;
  const consoles = blocks.filter(({ language }) => language === "console");
  assert.ok(consoles.length > 3);
  for (const { text, line } of consoles) {
    await t.test(`line ${line}`, async () => {
      for (const { command, output } of readSteps(text)) {
        const step = { command: `${program}\n${command}`, output };
        await runStep(step, { address: "http://127.0.0.1", folder: folder.path });
      }
    });
  }
});

test("its script and its test fit the types of a new folder", async () => {
  using folder = folderOfPage();
  const init = await run(process.execPath, [LAUNCHER, "init", folder.path]);
  assert.equal(init.code, 0);
  const tsc = await run(process.execPath, [join(ROOT, "node_modules/.bin/tsc"), "-p", folder.path]);
  assert.equal(tsc.stdout + tsc.stderr, "");
  const wrong = readFileSync(join(folder.path, "site.test.ts"), "utf8").replace(
    "escalated?.path",
    "escalated?.paht",
  );
  writeFileSync(join(folder.path, "site.test.ts"), wrong);
  const faults = await run(process.execPath, [join(ROOT, "node_modules/.bin/tsc"), "-p", folder.path]);
  assert.match(faults.stdout, /'paht' does not exist/);
});
