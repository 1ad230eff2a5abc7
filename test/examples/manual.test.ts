import assert from "node:assert/strict";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { Child, run } from "../support/child.ts";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { pageSamples, type Sample } from "./support/page_samples.ts";
import { applicationUrl } from "./support/start_examples.ts";
import { readSteps, runStep } from "./support/transcript.ts";

const ROOT = join(import.meta.dirname, "../..");

const pages = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith(".md"))
  .map((page) => ({ page, samples: pageSamples(readFileSync(join(ROOT, page), "utf8")) }))
  .filter(({ samples }) => samples.length > 0);

/** What the samples find below their root. */
const www = {
  "www/index.html": "<h1>First page</h1>\n",
  "www/about.html": "<h1>About</h1>\n",
  "www/404.html": "<h1>Not here</h1>\n",
  "www/film.txt": "0123456789",
};

test("the scripts of the manual pass the type check", async () => {
  using folder = new TemporaryFolder("manual");
  symlinkSync(join(ROOT, "core"), join(folder.path, "core"));
  for (const { page, samples } of pages) {
    for (const { scripts, line } of samples) {
      for (const [name, text] of scripts) folder.write(`${page}-${line}/${name}`, text);
    }
  }
  const types = [join(ROOT, "core/runtime/lodestone.d.ts")];
  const config = {
    extends: join(ROOT, "examples/tsconfig.json"),
    compilerOptions: { types },
    include: ["**/*.ts"],
  };
  folder.write("tsconfig.json", JSON.stringify({ ...config, exclude: ["core"] }));
  const tsc = await run(process.execPath, [join(ROOT, "node_modules/.bin/tsc"), "-p", folder.path]);
  assert.equal(tsc.stdout + tsc.stderr, "");
});

for (const { page, samples } of pages) {
  test(`the scripts of ${page} do what it says`, async (t: TestContext) => {
    if (!requirePeer(t, "curl")) return;
    const server = join(ROOT, "examples/application/server.js");
    await using application = new Child(process.execPath, [server], { env: { PORT: "0" } });
    await using lodestone = await startLodestone({
      config: samplesConfig(samples, await applicationUrl(application)),
      scripts: Object.fromEntries(samples.flatMap(sampleFiles)),
      files: www,
    });
    const options = { address: lodestone.address, folder: lodestone.folder.path };
    for (const [index, sample] of samples.entries()) {
      if (sample.console === undefined) continue;
      await t.test(`line ${sample.line}`, async () => {
        // Every sample has a site of its own, so its name takes the place of the page's.
        const text = sample.console!.text.replaceAll("localhost:8080", `sample${index}.localhost:8080`);
        for (const step of readSteps(text)) await runStep(step, options);
      });
    }
  });
}

function samplesConfig(samples: readonly Sample[], application: string): string {
  const sites = samples.map(({ scripts }, index) => {
    const files = [...scripts.keys()].map((name) => `sample${index}/${name}`).join(", ");
    return `  - { hosts: [sample${index}.localhost], scripts: [${files}], root: www, env: { GREETING: Good day } }`;
  });
  return `workers: 1\nsites:\n${sites.join("\n")}\nbackends: { app: "${application}" }\n`;
}

function sampleFiles({ scripts }: Sample, index: number): [string, string][] {
  return [...scripts].map(([name, text]) => [`sample${index}/${name}`, text]);
}
