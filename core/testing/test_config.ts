import { configFromOptions } from "../config/command_line_config.ts";
import type { Config, ScriptLimits, SiteConfig } from "../config/config.ts";
import { loadConfig } from "../config/load_config.ts";
import { testPath } from "./test_path.ts";

/**
 * Milliseconds of CPU for an entry, unless a test says otherwise: on a busy machine a test must not fail because
 * the machine is busy.
 */
const CPU = 1_000;

/** What can be said of a site under test. */
export interface SiteSettings {
  readonly root?: string | URL;
  readonly backend?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
  readonly limits?: Partial<ScriptLimits>;
  readonly allow?: { readonly files?: readonly (string | URL)[]; readonly origins?: readonly string[] };
}

const CONFIG_NAME = /\.(ya?ml|json)$/;

/** The configuration of a site under test; paths are relative to `folder`. Throws ConfigError or OptionError. */
export function testConfig(
  scripts: readonly (string | URL)[],
  settings: SiteSettings,
  folder: string,
): Config {
  const paths = scripts.map((script) => testPath(folder, script));
  const [first] = paths;
  if (first === undefined) throw new TypeError("site() needs a script, or a configuration");
  if (CONFIG_NAME.test(first)) return fromFile(paths, settings);
  const { root } = settings;
  const config = configFromOptions({
    script: first,
    root: root === undefined ? undefined : testPath(folder, root),
  });
  return {
    ...config,
    // Each request of a test reaches the scripts.
    cache: { ...config.cache, memory: 0 },
    sites: config.sites.map((site) => withSettings({ ...site, scripts: paths }, settings, folder)),
  };
}

/** Every site of a configuration; of the settings, its environment and its limits. */
function fromFile([file, ...others]: readonly string[], settings: SiteSettings): Config {
  if (others.length > 0) throw new TypeError("site() takes scripts, or one configuration");
  for (const name of ["root", "backend", "hosts", "allow"] as const) {
    if (settings[name] !== undefined) throw new TypeError(`site(): "${name}" stands in the configuration`);
  }
  const config = loadConfig(file!, { ...process.env, ...settings.env });
  const limited = config.sites.map((site) => ({ ...site, limits: { ...site.limits, ...settings.limits } }));
  return { ...config, sites: limited, cache: { ...config.cache, memory: 0 } };
}

function withSettings(site: SiteConfig, settings: SiteSettings, folder: string): SiteConfig {
  const { backend, env, hosts, limits, allow } = settings;
  const name = hosts?.find((host) => host !== "*");
  return {
    ...site,
    ...(name === undefined ? {} : { name }),
    ...(hosts === undefined ? {} : { hosts: hosts.map((host) => host.toLowerCase()) }),
    backend,
    env: { ...env },
    allow: {
      ...site.allow,
      files: (allow?.files ?? []).map((path) => testPath(folder, path)),
      origins: allow?.origins ?? [],
    },
    limits: { ...site.limits, cpu: CPU, ...limits },
  };
}
