import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fencedBlocks, readSteps } from "../examples/support/transcript.ts";
import { run } from "../support/child.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";

const ROOT = join(import.meta.dirname, "../..");
const LAUNCHER = join(ROOT, "core/cli/lodestone.js");
const SECRET = "the secret of the manual";
const page = readFileSync(join(ROOT, "docs/tracing.md"), "utf8");
const blocks = fencedBlocks(page);

function blockOf(language: string): string {
  return (
    blocks.find((block) => block.language === language)?.text ?? assert.fail(`no ${language} on the page`)
  );
}

/** What differs from one run to the next: times, ids, the folder, the port. */
function steady(text: string, server: Lodestone): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(server.address, "http://127.0.0.1:8080")
    .replaceAll(`${server.folder.path}/`, "/srv/site/")
    .replace(/^ *\d+\.\d{3}(?: +\d+\.\d{3}| {10})(?= {3}\S| {5}\S)/gm, "TIME")
    .replace(/\d+\.\d{3} ms/g, "TIME ms")
    .replace(/request [\w-]{8}-\w+ of/g, "request ID of")
    .trim();
}

function pattern(text: string): RegExp {
  const source = text.split("...").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${source.join("[^\\n]*")}$`);
}

test("the commands of docs/tracing.md print what it says", async (t) => {
  for (const peer of ["curl", "openssl"] as const) if (!requirePeer(t, peer)) return;
  const script = blockOf("typescript").replace(/^.*\n/, "");
  await using server = await startLodestone({
    config: `workers: 1\n${blockOf("yaml").replace(/^listen: .*\n/m, "")}`,
    scripts: { "site.ts": script },
    env: { TRACE_SECRET: SECRET },
  });
  // The first request of a server waits for its scripts.
  await fetch(server.url("/"));
  const program = `lodestone() { env -u NODE_TEST_CONTEXT "${process.execPath}" "${LAUNCHER}" "$@" 2>&1; }
curl() { command curl --silent --show-error --max-time 20 "$@"; }; export -f curl
export TRACE_SECRET="${SECRET}"`;
  for (const { language, text, line } of blocks) {
    if (language !== "console") continue;
    await t.test(`line ${line}`, async () => {
      for (const { command, output } of readSteps(text)) {
        await server.waitForLog((each) => !text.includes("log.jsonl") || each.msg === "trace");
        const log = server.log().map((each) => JSON.stringify(each));
        writeFileSync(join(server.folder.path, "log.jsonl"), `${log.join("\n")}\n`);
        const here = command.replaceAll("http://127.0.0.1:8080", server.address);
        const { stdout, stderr } = await run("bash", ["-c", `${program}\n${here}`], {
          cwd: server.folder.path,
        });
        const printed = steady(stderr + stdout, server);
        const expected = steady(output.join("\n"), server);
        if (!pattern(expected).test(printed)) assert.equal(printed, expected, command);
      }
    });
  }
});
