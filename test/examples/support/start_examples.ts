import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Child } from "../../support/child.ts";
import { type Lodestone, startLodestone } from "../../support/lodestone.ts";
import { type Answer, type RequestOptions, request } from "../../support/request.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { until } from "../../support/until.ts";
import { fencedBlocks, readSteps, runStep } from "./transcript.ts";

const ROOT = join(import.meta.dirname, "../../..");

/** The examples as they are, copied to a temporary folder, with the configuration and the application of `npm start`. */
export async function startExamples(): Promise<Examples> {
  const folder = copyExamples();
  const application = new Child(process.execPath, [join(folder.path, "examples/application/server.js")], {
    env: { PORT: "0" },
  });
  try {
    const url = await applicationUrl(application);
    const config = readFileSync(join(ROOT, "conf/lodestone.yaml"), "utf8")
      .replace(/^listen: .*$/m, "workers: 1")
      .replaceAll("../examples/", `${folder.path}/examples/`);
    const lodestone = await startLodestone({ config, env: { EXAMPLE_APPLICATION: url } });
    return new Examples(lodestone, application, folder);
  } catch (error) {
    await application[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
    throw error;
  }
}

/** The running application's address, once it listens. */
export function applicationUrl(application: Child): Promise<string> {
  return until("the application listens", () => {
    if (!application.running) throw new Error(`the application ended: ${application.stderr}`);
    return /application on (http:\S+)/.exec(application.stderr)?.[1];
  });
}

export class Examples implements AsyncDisposable {
  readonly lodestone: Lodestone;
  /** Holds `examples/`. */
  readonly folder: TemporaryFolder;
  readonly #application: Child;

  constructor(lodestone: Lodestone, application: Child, folder: TemporaryFolder) {
    this.lodestone = lodestone;
    this.folder = folder;
    this.#application = application;
  }

  /** Asks one example: `request("hello", "/")`. */
  request(example: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    return request(this.lodestone.url(path), { host: `${example}.localhost:8080`, ...options });
  }

  /** Runs the commands of the example's README and compares what they print. */
  async followReadme(example: string): Promise<void> {
    const readme = readFileSync(join(ROOT, "examples", example, "README.md"), "utf8");
    const steps = fencedBlocks(readme)
      .filter(({ language }) => language === "console")
      .flatMap(({ text }) => readSteps(text));
    if (steps.length === 0) throw new Error(`${example}/README.md has nothing to try`);
    const options = { address: this.lodestone.address, folder: this.folder.path };
    for (const step of steps) await runStep(step, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.lodestone.stop();
    } finally {
      await this.#application[Symbol.asyncDispose]();
      this.folder[Symbol.dispose]();
    }
  }
}

function copyExamples(): TemporaryFolder {
  const folder = new TemporaryFolder("examples");
  const from = join(ROOT, "examples");
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Pages that somebody's `npm start` has left here.
    if (path.startsWith(join(from, "page-cache/www/cache/")) && path.endsWith(".html")) continue;
    folder.write(path.slice(ROOT.length), readFileSync(path));
  }
  folder.write("package.json", `{ "type": "module" }`);
  symlinkSync(join(ROOT, "node_modules"), join(folder.path, "node_modules"));
  return folder;
}
