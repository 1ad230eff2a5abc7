import { get } from "node:http";
import { fileURLToPath } from "node:url";
import type { Config, ScriptLimits, SiteConfig } from "../../core/config/config.ts";
import { Child, type ChildResult } from "../support/child.ts";
import { processTree } from "../support/process_tree.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { testConfig as defaults, siteFiles, testListener } from "../support/test_config.ts";
import { until } from "../support/until.ts";

export type LogLine = Record<string, unknown> & { msg: string };

export interface SupervisedOptions {
  readonly scripts: Record<string, string>;
  /** File names of the first site's scripts, by default the first of `scripts`. */
  readonly site?: readonly string[];
  /** More sites, each with one script. */
  readonly sites?: readonly AnotherSite[];
  readonly config?: Partial<Config>;
  /** Flags of Node and V8 for the workers, in the place of the right ones. */
  readonly workerFlags?: readonly string[];
}

export interface AnotherSite {
  readonly host: string;
  readonly script: string;
  readonly limits?: Partial<ScriptLimits>;
}

const program = fileURLToPath(new URL("serve_config.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** A supervisor with its workers, as processes of their own, in a temporary folder. */
export class Supervised implements AsyncDisposable {
  readonly folder = new TemporaryFolder("supervised");
  readonly child: Child;

  constructor(options: SupervisedOptions) {
    for (const [name, text] of Object.entries(options.scripts)) this.folder.write(name, text);
    const names = options.site ?? [Object.keys(options.scripts)[0]!];
    const more = (options.sites ?? []).map(({ host, script, limits }) => {
      const site = testSite([`${this.folder.path}/${script}`]);
      return { ...site, name: host, hosts: [host], limits: { ...site.limits, ...limits } };
    });
    const config = testConfig(
      [testSite(names.map((name) => `${this.folder.path}/${name}`)), ...more],
      options.config,
    );
    const { workerFlags } = options;
    const parameters = [program, JSON.stringify(config), JSON.stringify({ workerFlags })];
    // From the checkout's folder, so that a relative NODE_OPTIONS finds what it names.
    this.child = new Child(process.execPath, parameters, { cwd: root });
  }

  /** Log lines so far. */
  log(msg?: string): LogLine[] {
    const text = this.child.stdout.slice(0, this.child.stdout.lastIndexOf("\n") + 1);
    const lines = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LogLine);
    return msg === undefined ? lines : lines.filter((line) => line.msg === msg);
  }

  /** The first log line of that message that satisfies `matches`. */
  async logged(msg: string, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    try {
      return await until(`"${msg}" is logged`, () =>
        this.log().find((line) => line.msg.startsWith(msg) && matches(line)),
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.child.stderr}${this.child.stdout}`);
    }
  }

  /** Waits until it serves and returns the URL of its first address, without a slash at the end. */
  async serving(): Promise<string> {
    return await until("the supervisor serves", () => {
      if (!this.child.running) throw new Error(`ended:\n${this.child.stderr}${this.child.stdout}`);
      return /listening on (http:\S+)/.exec(this.child.stderr)?.[1];
    });
  }

  workers(): number[] {
    return processTree(this.child.pid)
      .filter(({ command }) => /\bworker\.ts\b/.test(command))
      .map(({ pid }) => pid);
  }

  save(name: string, text: string): void {
    this.folder.write(name, text);
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<ChildResult> {
    this.child.process.kill(signal);
    return await this.child.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One request over a connection of its own. */
export function ask(url: string, socketPath?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = { agent: false, timeout: 10_000, ...(socketPath === undefined ? {} : { socketPath }) };
  const request = get(url, options, (response) => {
    let body = "";
    response.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    response.on("error", reject);
  });
  request.on("timeout", () => request.destroy(new Error("no answer for 10 seconds")));
  request.on("error", reject);
  return promise;
}

function testConfig(sites: readonly SiteConfig[], changes: Partial<Config> = {}): Config {
  return defaults({
    listen: [testListener({ kind: "tcp", host: "127.0.0.1", port: 0 })],
    workers: 2,
    sites,
    log: { level: "debug", access: true },
    watchdog: { heartbeat: 2000, memory: 2 ** 30 },
    drainTimeout: 10_000,
    ...changes,
  });
}

function testSite(scripts: readonly string[]): SiteConfig {
  return {
    name: "site",
    hosts: ["*"],
    scripts,
    root: undefined,
    backend: undefined,
    env: {},
    allow: { files: [], origins: [], backends: undefined },
    files: siteFiles,
    limits: { cpu: 50, memory: 64, deadline: 10_000, body: 2 ** 20, operations: 100 },
  };
}
