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
  "www/b/about.html": "<h1>About us</h1>\n",
  "www/404.html": "<h1>Not here</h1>\n",
  "www/film.txt": "0123456789",
};

test("the scripts of the manual pass the type check", async () => {
  using folder = new TemporaryFolder("manual");
  for (const name of ["core", "node_modules"]) symlinkSync(join(ROOT, name), join(folder.path, name));
  for (const { page, samples } of pages) {
    for (const { scripts, line } of samples) {
      for (const [name, text] of scripts) folder.write(`${page}-${line}/${name}`, text);
    }
  }
  const types = [join(ROOT, "core/runtime/lodestone.d.ts")];
  const config = {
    extends: join(ROOT, "examples/tsconfig.json"),
    // The types of the script API are checked elsewhere, those of packages are not ours.
    compilerOptions: { types, skipLibCheck: true },
    include: ["**/*.ts"],
  };
  folder.write("tsconfig.json", JSON.stringify({ ...config, exclude: ["core", "node_modules"] }));
  const tsc = await run(process.execPath, [join(ROOT, "node_modules/.bin/tsc"), "-p", folder.path]);
  assert.equal(tsc.stdout + tsc.stderr, "");
});

for (const { page, samples } of pages) {
  test(`the scripts of ${page} do what it says`, async (t: TestContext) => {
    if (!requirePeer(t, "curl")) return;
    const server = join(ROOT, "examples/application/server.js");
    await using application = new Child(process.execPath, [server], { env: { PORT: "0" } });
    // Here and not where the proxy has its configuration: scripts find packages in a folder above them.
    using folder = new TemporaryFolder("manual");
    symlinkSync(join(ROOT, "node_modules"), join(folder.path, "node_modules"));
    for (const [name, text] of samples.flatMap(sampleFiles)) folder.write(name, text);
    await using lodestone = await startLodestone({
      config: samplesConfig(samples, folder.path, await applicationUrl(application)),
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

/** Every sample has the backend "app" and the origin `env.API`, which are the same application. */
function samplesConfig(samples: readonly Sample[], folder: string, application: string): string {
  const env = { GREETING: "Good day", SECRET: "only for the manual", API: application };
  const sites = samples.map(({ scripts }, index) => ({
    hosts: [`sample${index}.localhost`],
    scripts: [...scripts.keys()].map((name) => join(folder, `sample${index}`, name)),
    root: "www",
    env,
    allow: { origins: [application] },
  }));
  // JSON is YAML.
  return `workers: 1\nsites: ${JSON.stringify(sites)}\nbackends: { app: "${application}" }\n`;
}

function sampleFiles({ scripts }: Sample, index: number): [string, string][] {
  return [...scripts].map(([name, text]) => [`sample${index}/${name}`, text]);
}
