import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The Node this test runs on, which fits, and those on the path, which may be older. */
export const NODES: readonly string[] = [...new Set([process.execPath, ...nodesOnPath()])];

/** Those of `NODES` that need another Node to run Lodestone. */
export const OLD_NODES: readonly string[] = NODES.filter((node) => {
  const major = execFileSync(node, ["-p", "parseInt(process.versions.node)"], { encoding: "utf8" });
  return Number(major) < 24;
});

function nodesOnPath(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .map((folder) => join(folder, "node"))
    .filter((file) => existsSync(file))
    .map((file) => realpathSync(file));
}

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly node?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly launcher?: string;
  /** In a process group of its own. */
  readonly detached?: boolean;
}

/** Starts the launcher as a process of its own; killed after the test should it still run. */
export function startLodestone(t: TestContext, parameters: readonly string[], options: RunOptions = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LODESTONE_|NODE_)/.test(name));
  const child = spawn(options.node ?? process.execPath, [options.launcher ?? LAUNCHER, ...parameters], {
    cwd: options.cwd ?? ROOT,
    detached: options.detached ?? false,
    env: { ...Object.fromEntries(inherited), ...options.env },
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** Waits for the end of a process and collects what it wrote. */
export async function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  child.on("error", reject);
  child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  return await promise;
}

/** Runs `lodestone PARAMETERS...` to its end. */
export function lodestone(
  t: TestContext,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return outcomeOf(startLodestone(t, parameters, options));
}

/** A folder with the files given by name and content, removed after the test. */
export function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "lodestone-cli-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
