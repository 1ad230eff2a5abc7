import type { Config } from "./config.ts";
import { type ConfigNode, type MapEntry, type MapNode, untypedScalar } from "./config_node.ts";
import { configSection } from "./fields.ts";
import { resolveConfig } from "./resolve_config.ts";
import { ValueReader } from "./value_reader.ts";

/** What configures a single site without a file. Texts as they were typed; undefined takes the default. */
export interface CommandLineOptions {
  readonly script: string;
  readonly listen?: readonly string[] | undefined;
  readonly root?: string | undefined;
  readonly backend?: string | undefined;
  readonly workers?: string | undefined;
  readonly logLevel?: string | undefined;
  /** What scripts find in `env`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A part of CommandLineOptions whose value cannot be used. */
export interface OptionProblem {
  readonly option: keyof CommandLineOptions;
  readonly message: string;
}

/** Options that cannot be used, with everything that is wrong with them. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  readonly problems: readonly OptionProblem[];

  constructor(problems: readonly OptionProblem[]) {
    super(problems.map(({ option, message }) => `${option}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

/** Stands at the place of a file offset: which option a value came from. */
const ORIGINS: readonly (keyof CommandLineOptions)[] = [
  "script",
  "listen",
  "root",
  "backend",
  "workers",
  "logLevel",
  "env",
];

/**
 * The configuration of one default site: the same rules and the same defaults as in a file, relative paths from
 * the current folder. Throws OptionError.
 */
export function configFromOptions(options: CommandLineOptions): Config {
  const reader = new ValueReader({ folder: process.cwd() });
  const written = reader.readRoot(rootNode(options), configSection);
  const config = written && resolveConfig(written, reader, undefined);
  if (config === undefined || reader.problems.length > 0) {
    throw new OptionError(
      reader.problems.map(({ position, message }) => ({ option: ORIGINS[position] ?? "script", message })),
    );
  }
  return config;
}

function rootNode(options: CommandLineOptions): MapNode {
  const { script, listen, root, backend, workers, logLevel, env } = options;
  const site: MapEntry[] = [entry("scripts", scalar(script, "script"))];
  if (root !== undefined) site.push(entry("root", scalar(root, "root")));
  if (backend !== undefined) site.push(entry("backend", scalar(backend, "backend")));
  if (env !== undefined) {
    const variables = Object.entries(env).map(([name, value]) => entry(name, scalar(value, "env")));
    site.push(entry("env", map(variables)));
  }
  const top: MapEntry[] = [entry("sites", { kind: "list", position: 0, items: [map(site)] })];
  if (listen !== undefined) {
    const items = listen.map((text) => scalar(text, "listen"));
    top.push(entry("listen", { kind: "list", position: ORIGINS.indexOf("listen"), items }));
  }
  if (workers !== undefined) top.push(entry("workers", scalar(workers, "workers")));
  if (logLevel !== undefined) top.push(entry("log", map([entry("level", scalar(logLevel, "logLevel"))])));
  return map(top);
}

function scalar(text: string, option: keyof CommandLineOptions): ConfigNode {
  return untypedScalar(text, ORIGINS.indexOf(option));
}

function entry(key: string, value: ConfigNode): MapEntry {
  return { key, position: value.position, value };
}

function map(entries: readonly MapEntry[]): MapNode {
  return { kind: "map", position: 0, entries };
}
