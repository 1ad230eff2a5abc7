import { resolve } from "node:path";
import type { OptionError } from "../config/command_line_config.ts";
import type { BackendConfig, Config, SiteConfig } from "../config/config.ts";
import { UsageError } from "./exit_code.ts";
import { loadSelected } from "./load_selected.ts";
import type { RunOptions } from "./run.ts";

const NAMED = /^([A-Za-z0-9_.-]+)=(.*)$/s;
const CONFIG_NAME = /\.(ya?ml|json)$/;

/** What `run` works with, or the exit code after everything wrong with it was told. Throws UsageError. */
export async function runConfig(
  script: string,
  options: RunOptions,
): Promise<Config | { readonly exitCode: number }> {
  const { config: file, root, backend = [] } = options;
  if (file !== undefined || CONFIG_NAME.test(script)) {
    const given = root !== undefined ? "--root" : backend.length > 0 ? "--backend" : undefined;
    if (given !== undefined)
      throw new UsageError(`${given} goes with a script alone; ${file ?? script} says it itself`);
  }
  if (file === undefined && !CONFIG_NAME.test(script)) return await scriptConfig(script, root, backend);
  if (file !== undefined && CONFIG_NAME.test(script)) {
    throw new UsageError(`${script} and --config ${file}: only one can be the configuration`);
  }
  const loaded = await loadSelected(file ?? script, {});
  if ("exitCode" in loaded || file === undefined) return "exitCode" in loaded ? loaded : loaded.config;
  return { ...loaded.config, sites: [siteOf(script, loaded.config.sites, file)] };
}

async function scriptConfig(
  script: string,
  root: string | undefined,
  backend: readonly string[],
): Promise<Config | { readonly exitCode: number }> {
  const own = backend.findLast((text) => !NAMED.test(text));
  const loaded = await loadSelected(script, {
    ...(root === undefined ? {} : { root }),
    ...(own === undefined ? {} : { backend: own }),
  });
  if ("exitCode" in loaded) return loaded;
  const backends: Record<string, BackendConfig> = { ...loaded.config.backends };
  for (const text of backend) {
    const [, name, url] = NAMED.exec(text) ?? [];
    if (name !== undefined) backends[name] = await namedBackend(name, url!, script);
  }
  return { ...loaded.config, backends };
}

/** With the defaults that a configuration would give it. */
async function namedBackend(name: string, url: string, script: string): Promise<BackendConfig> {
  if (!/^(https?:\/\/|unix:)./.test(url)) {
    throw new UsageError(`--backend ${name}=${url}: a URL is needed, such as ${name}=http://127.0.0.1:3000`);
  }
  const { configFromOptions } = await import("../config/command_line_config.ts");
  try {
    const [backend] = Object.values(configFromOptions({ script, backend: url }).backends);
    return { ...backend!, name };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "OptionError") throw error;
    const [problem] = (error as OptionError).problems;
    throw new UsageError(`--backend ${name}=${url}: ${problem?.message ?? error.message}`);
  }
}

/** The site that has the script, as if it had no other one and every host. */
function siteOf(script: string, sites: readonly SiteConfig[], file: string): SiteConfig {
  const path = resolve(script);
  const site = sites.find(({ scripts }) => scripts.includes(path));
  if (site === undefined) {
    throw new UsageError(`no site of ${file} has the script ${script}; without --config it can be run alone`);
  }
  return { ...site, scripts: [path], hosts: [...new Set([...site.hosts, "*"])] };
}
