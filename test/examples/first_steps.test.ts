import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { Child } from "../support/child.ts";
import { requirePeer } from "../support/peer.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { fencedBlocks, readSteps, runStep } from "./support/transcript.ts";

const ROOT = join(import.meta.dirname, "../..");
const LAUNCHER = join(ROOT, "core/cli/lodestone.js");
const guide = readFileSync(join(ROOT, "docs/writing-scripts.md"), "utf8");
const [, steps] = /\n## First steps\n([\s\S]*?)\n## /.exec(guide)!;

test("the first steps of docs/writing-scripts.md lead where they say", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  using folder = new TemporaryFolder("first-steps");
  const site = join(folder.path, "my-site");
  const program = `lodestone() { env -u NODE_TEST_CONTEXT "${process.execPath}" "${LAUNCHER}" "$@" 2>&1; }`;
  let address = "http://127.0.0.1";
  let server: Child | undefined;
  t.after(() => server?.[Symbol.asyncDispose]());
  let cwd = folder.path;
  for (const { language, text } of fencedBlocks(steps!)) {
    if (language === "typescript") assert.equal(readFileSync(join(site, "site.ts"), "utf8"), text);
    if (language === "sh" && server === undefined) {
      // Port 8080 is somebody else's.
      const config = join(site, "lodestone.yaml");
      writeFileSync(config, readFileSync(config, "utf8").replace("127.0.0.1:8080", "127.0.0.1:0"));
      const words = text.trim().split(" ").slice(1);
      server = new Child(process.execPath, [LAUNCHER, ...words], { cwd: site });
      address = await until("it listens", () => /listening on (http:\/\/[^\s/]+)/.exec(server!.stderr)?.[1], {
        timeout: 30_000,
      });
    }
    if (language !== "console") continue;
    for (const { command, output } of readSteps(text)) {
      if (command === "cd my-site") cwd = site;
      else await runStep({ command: `${program}\n${command}`, output }, { address, folder: cwd });
    }
  }
  assert.ok(server !== undefined);
});
