import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { CommandLineOptions, OptionError } from "../config/command_line_config.ts";
import type { Config } from "../config/config.ts";
import type { Environment } from "../config/environment.ts";
import { SCRIPT_NAME } from "../config/file_formats.ts";
import { UsageError } from "./exit_code.ts";

/** The options of `serve` that configure a script, as they were typed. */
export interface ScriptOptions {
  readonly listen?: readonly string[];
  readonly root?: string;
  readonly backend?: string;
  readonly workers?: string;
}

/** What is configured, and how to get it: the import of the loader waits until it is known which one is needed. */
export interface Selection {
  /** The file, as it was typed. */
  readonly file: string;
  /** Throws ConfigError, OptionError or UsageError. */
  load(): Promise<Config>;
}

const CONFIG_NAME = /\.(ya?ml|json)$/;
const DEFAULT_FILE = "lodestone.yaml";
const VARIABLES = {
  listen: "LODESTONE_LISTEN",
  root: "LODESTONE_ROOT",
  backend: "LODESTONE_BACKEND",
  workers: "LODESTONE_WORKERS",
} as const;
const ENV_PREFIX = "LODESTONE_ENV_";

/**
 * Decides between a configuration and a script: the argument, else `LODESTONE_CONFIG` or `LODESTONE_SCRIPT`, else
 * `lodestone.yaml` in the current folder. Options go with a script only; for each that is not given its
 * variable stands in. Throws UsageError.
 */
export function selectConfig(
  file: string | undefined,
  options: ScriptOptions,
  environment: Environment,
): Selection | undefined {
  const { script, config } = chooseFile(file, environment);
  if (script !== undefined) return scriptSelection(script, options, environment);
  const named = config ?? DEFAULT_FILE;
  const given = Object.keys(VARIABLES).filter((key) => options[key as keyof ScriptOptions] !== undefined);
  if (given.length > 0) {
    const names = given.map((key) => `--${key}`).join(", ");
    throw new UsageError(
      `${names} ${given.length > 1 ? "configure" : "configures"} a script; with the configuration ${named} it is ` +
        `written in the file. Name a script, such as: lodestone serve site.ts ${names.split(",")[0]} ...`,
    );
  }
  if (config === undefined && !existsSync(DEFAULT_FILE)) return undefined;
  return {
    file: named,
    load: async () => {
      const [{ loadConfig }, { checkTlsFiles }] = await Promise.all([
        import("../config/load_config.ts"),
        import("../supervisor/tls/check_tls_files.ts"),
      ]);
      return loadConfig(named, environment, [checkTlsFiles]);
    },
  };
}

function chooseFile(
  file: string | undefined,
  environment: Environment,
): { script?: string; config?: string } {
  if (file !== undefined) {
    if (CONFIG_NAME.test(file)) return { config: file };
    if (SCRIPT_NAME.test(file)) return { script: file };
    throw new UsageError(
      `"${file}" is neither a configuration (.yaml, .yml, .json) nor a script (.ts, .js, .mts, .mjs)`,
    );
  }
  const script = environment.LODESTONE_SCRIPT || undefined;
  const config = environment.LODESTONE_CONFIG || undefined;
  if (script !== undefined && config !== undefined) {
    throw new UsageError("LODESTONE_SCRIPT and LODESTONE_CONFIG are both set; only one can be served");
  }
  return { ...(script === undefined ? {} : { script }), ...(config === undefined ? {} : { config }) };
}

function scriptSelection(script: string, options: ScriptOptions, environment: Environment): Selection {
  const variable = (name: keyof typeof VARIABLES) => environment[VARIABLES[name]] || undefined;
  const all: CommandLineOptions = {
    script,
    listen:
      options.listen ??
      variable("listen")
        ?.split(",")
        .map((text) => text.trim()),
    root: options.root ?? variable("root"),
    backend: options.backend ?? variable("backend"),
    workers: options.workers ?? variable("workers"),
    logLevel: environment.LODESTONE_LOG_LEVEL || undefined,
    env: scriptEnvironment(environment),
  };
  return {
    file: script,
    load: async () => (await import("../config/command_line_config.ts")).configFromOptions(all),
  };
}

/** `LODESTONE_ENV_SECRET=x` is `env.SECRET` to the script: a container has no other way to hand it a secret. */
function scriptEnvironment(environment: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(ENV_PREFIX) && value !== undefined) variables[name.slice(ENV_PREFIX.length)] = value;
  }
  return variables;
}

/** Each problem on a line of its own, called by the option or the variable that it came from. */
export function describeOptionError(error: OptionError, options: ScriptOptions): string {
  const lines = error.problems.map(({ option, message }) => {
    if (option === "script") return `lodestone: ${message}`;
    if (option === "env") return `lodestone: ${ENV_PREFIX}...: ${message}`;
    if (option === "logLevel") return `lodestone: LODESTONE_LOG_LEVEL: ${message}`;
    const name = options[option] === undefined ? VARIABLES[option] : `--${option}`;
    return `lodestone: ${name}: ${message}`;
  });
  return `${lines.join("\n")}\n`;
}

/** What to say when there is nothing to serve. */
export function describeMissingDefault(): string {
  return (
    `lodestone: there is no ${DEFAULT_FILE} in ${resolve(".")}.\n` +
    "Name a configuration or a script:\n" +
    "  lodestone serve conf/lodestone.yaml\n" +
    "  lodestone serve site.ts --listen 127.0.0.1:8080 --root ./www\n" +
    "Or begin a site here: lodestone init\n"
  );
}
