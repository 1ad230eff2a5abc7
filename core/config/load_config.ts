import { closeSync, openSync, readSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Config } from "./config.ts";
import { ConfigError } from "./config_error.ts";
import type { Problem } from "./config_node.ts";
import { untypedScalar } from "./config_node.ts";
import type { Environment } from "./environment.ts";
import type { Fault } from "./fault.ts";
import { configSection, logLevel } from "./fields.ts";
import { readYaml, type YamlReading } from "./read_yaml.ts";
import { resolveConfig } from "./resolve_config.ts";
import { readScalar } from "./scalar_reader.ts";
import { ValueError } from "./value_error.ts";
import { ValueReader } from "./value_reader.ts";

/** Bytes of a configuration; a thousand sites take about a tenth. */
const MAX_FILE = 1024 ** 2;

/** Faults told at once. */
const MAX_FAULTS = 100;

/** Looks into the files that a configuration names. `report` takes the path of a value, such as `tls.certificates.0.key`. */
export type ConfigCheck = (config: Config, report: (path: string, message: string) => void) => void;

/**
 * Reads, validates and resolves a configuration file. `${NAME}` in its values comes from `environment`, and
 * so does `LODESTONE_LOG_LEVEL`, which wins over the file's `log.level`. Throws ConfigError with every fault, those
 * included that `checks` find.
 */
export function loadConfig(
  file: string,
  environment: Environment,
  checks: readonly ConfigCheck[] = [],
): Config {
  const path = resolve(file);
  const text = readText(file, path);
  const yaml = readYaml(text, environment);
  const reader = new ValueReader({ folder: dirname(path) });
  const written = yaml.root && reader.readRoot(yaml.root, configSection);
  const config = written && resolveConfig(written, reader, path);
  if (config !== undefined && yaml.problems.length + reader.problems.length === 0) {
    for (const check of checks) check(config, (where, message) => reader.report(where, message));
  }
  const problems = [...yaml.problems, ...reader.problems];
  const level = levelOf(environment, problems);
  if (config === undefined || problems.length > 0)
    throw new ConfigError(faultsOf(problems, file, text, yaml));
  return level === undefined ? config : { ...config, log: { ...config.log, level } };
}

/** The log level the environment asks for, if it does. */
function levelOf(environment: Environment, problems: Problem[]): Config["log"]["level"] | undefined {
  const text = environment.LODESTONE_LOG_LEVEL;
  if (text === undefined || text === "") return undefined;
  try {
    const node = untypedScalar(text, 0);
    return readScalar(node, logLevel.type, "LODESTONE_LOG_LEVEL", { folder: "/" }) as Config["log"]["level"];
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    problems.push({ position: 0, message: error.message });
    return undefined;
  }
}

function faultsOf(problems: readonly Problem[], file: string, text: string, yaml: YamlReading): Fault[] {
  const lines = text.split("\n");
  // A value used by several aliases is complained about once.
  const distinct = new Map(problems.map((problem) => [`${problem.position} ${problem.message}`, problem]));
  const sorted = [...distinct.values()].sort((one, other) => one.position - other.position);
  const faults = sorted.slice(0, MAX_FAULTS).map(({ position, message }) => {
    const place = yaml.place(position);
    return { file, ...place, message, excerpt: (lines[place.line - 1] ?? "").replace(/\r$/, "") };
  });
  return faults;
}

function readText(file: string, path: string): string {
  const fail = (message: string): never => {
    throw new ConfigError([{ file, line: 1, column: 1, message }]);
  };
  try {
    const bytes = readBounded(path, MAX_FILE + 1);
    if (bytes.length > MAX_FILE)
      return fail(`the configuration is too large: at most ${MAX_FILE} bytes are read`);
    // Drops a byte order mark.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return fail("there is no such file");
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return fail("the file is not UTF-8 text");
    return fail(`the file cannot be read: ${code ?? error}`);
  }
}

/** At most `limit` bytes of a file, which may be a pipe or a device without an end. */
function readBounded(path: string, limit: number): Buffer {
  const handle = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(limit);
    let length = 0;
    while (length < limit) {
      const read = readSync(handle, buffer, length, limit - length, null);
      if (read === 0) break;
      length += read;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(handle);
  }
}
