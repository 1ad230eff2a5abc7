import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { type ProcessInfo, processTree } from "./process_tree.ts";
import { type Content, TemporaryFolder } from "./temporary_folder.ts";
import { until } from "./until.ts";

/** LODESTONE_TEST_LAUNCHER puts another program in its place, to try the tests themselves. */
const launcher =
  process.env.LODESTONE_TEST_LAUNCHER ??
  fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));

export interface LodestoneOptions {
  /** YAML without `listen`. Paths in it are relative to the temporary folder. */
  readonly config: string;
  /** YAML of the list `listen`, on one line; by default one free port of 127.0.0.1. */
  readonly listen?: string;
  /** Source of each script by file name. */
  readonly scripts?: Record<string, string>;
  /** Other files by path. */
  readonly files?: Record<string, Content>;
  /** Symbolic links: path in the folder, and what it leads to. */
  readonly link?: Record<string, string>;
  /** More arguments of `serve`. */
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  /** Program and arguments that start the launcher, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
  /** Folder of another checkout, to be started instead of this one. */
  readonly checkout?: string;
}

/** One line of Lodestone's log. */
export type LogLine = Record<string, unknown>;

/** Starts Lodestone on a free port in a temporary folder of its own and waits until it listens. */
export async function startLodestone(options: LodestoneOptions): Promise<Lodestone> {
  const folder = new TemporaryFolder("serve");
  for (const [path, content] of Object.entries({ ...options.scripts, ...options.files })) {
    folder.write(path, content);
  }
  for (const [path, target] of Object.entries(options.link ?? {}))
    symlinkSync(target, join(folder.path, path));
  const config = folder.write(
    "lodestone.yaml",
    `listen: ${options.listen ?? '["127.0.0.1:0"]'}\n${options.config}`,
  );
  const command = [
    ...(options.wrapper ?? []),
    process.execPath,
    options.checkout === undefined ? launcher : join(options.checkout, "core/cli/lodestone.js"),
    "serve",
    config,
    ...(options.args ?? []),
  ];
  const child = new Child(command[0]!, command.slice(1), { cwd: folder.path, env: { ...options.env } });
  try {
    const address = await until(
      "Lodestone listens",
      () => {
        if (!child.running) throw new Error("Lodestone ended");
        return /listening on (https?:\/\/[^\s/]+)/.exec(child.stderr)?.[1];
      },
      { timeout: 30_000 },
    );
    return new Lodestone(child, folder, address);
  } catch (error) {
    await child[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
    throw new Error(`Lodestone did not start:\n${child.stderr}${child.stdout}`, { cause: error });
  }
}

/** A running Lodestone: the real launcher, supervisor and workers as processes of their own. */
export class Lodestone implements AsyncDisposable {
  /** `http://127.0.0.1:port` or with `https`, without a slash at the end: the first one it listens on. */
  readonly address: string;
  readonly folder: TemporaryFolder;
  readonly #child: Child;
  #stopped = false;

  constructor(child: Child, folder: TemporaryFolder, address: string) {
    this.#child = child;
    this.folder = folder;
    this.address = address;
  }

  /** Like `address`, all it listens on. The banner is written at once. */
  get addresses(): string[] {
    return [...this.stderr.matchAll(/listening on (https?:\/\/[^\s/]+)/g)].map((match) => match[1]!);
  }

  url(path: string): string {
    return this.address + path;
  }

  /** The process that was started: the one to send signals to. */
  get pid(): number {
    return this.#child.pid;
  }

  /** All its processes, the one that was started first. */
  processes(): ProcessInfo[] {
    return processTree(this.pid);
  }

  pids(): number[] {
    return this.processes().map((info) => info.pid);
  }

  /** Process ids of the workers. */
  workers(): number[] {
    return this.processes()
      .filter((info) => /\bworker\.(ts|js)\b/.test(info.command))
      .map((info) => info.pid);
  }

  /** Everything written to standard error so far. */
  get stderr(): string {
    return this.#child.stderr;
  }

  /** The log so far; lines that are not JSON come as `{ text }`. */
  log(): LogLine[] {
    const complete = this.#child.stdout.slice(0, this.#child.stdout.lastIndexOf("\n") + 1);
    return complete.split("\n").filter(Boolean).map(parseLine);
  }

  /** Waits for a log line that satisfies `matches`. */
  waitForLog(matches: (line: LogLine) => boolean, timeout?: number): Promise<LogLine> {
    return until(
      `a log line such that ${matches}`,
      () => this.log().find(matches),
      timeout === undefined ? {} : { timeout },
    );
  }

  /** Sends SIGTERM, waits for the end and asserts that it was a clean one. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child.process.kill("SIGTERM");
    await this.ended();
  }

  /** Waits for the end without asking for it and asserts that it was a clean one. */
  async ended(): Promise<void> {
    this.#stopped = true;
    try {
      await until("Lodestone ends", () => !this.#child.running, { timeout: 30_000 });
      const { code, signal } = await this.#child.ended;
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, this.stderr);
    } finally {
      await this.#child[Symbol.asyncDispose]();
      this.folder[Symbol.dispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { text };
  }
}
