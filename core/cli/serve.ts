import type { Config } from "../config/config.ts";
import { inspectAddress } from "./inspect_address.ts";
import { loadSelected, readSelected } from "./load_selected.ts";
import type { ScriptOptions } from "./select_config.ts";

/** What `serve` takes besides what configures a script. */
export interface ServeOptions extends ScriptOptions {
  /** As the configuration's `dev`. */
  readonly dev?: boolean;
  /** Where debuggers find the scripts; true for the usual address. */
  readonly inspect?: string | true;
}

/** Milliseconds for a script to decide that may be waiting at a breakpoint. */
const PATIENCE = 3_600_000;

/** `lodestone serve`: resolves with the exit code when serving has ended. Throws UsageError. */
export async function serve(file: string | undefined, options: ServeOptions): Promise<number> {
  // `--inspect site.ts`: the option takes the script for its address.
  const isFile = file === undefined && typeof options.inspect === "string" && /\.\w+$/.test(options.inspect);
  if (isFile && !/^[\d.:]+$/.test(options.inspect as string)) {
    return await serve(options.inspect as string, { ...options, inspect: true });
  }
  const inspect = options.inspect === undefined ? undefined : inspectAddress(options.inspect);
  const loaded = await loadSelected(file, options);
  if ("exitCode" in loaded) return loaded.exitCode;
  const served = (config: Config): Config => {
    const shown = options.dev === true ? { ...config, dev: true } : config;
    return inspect === undefined ? shown : debuggedConfig(shown);
  };
  const { runSupervisor } = await import("../supervisor/supervisor.ts");
  return await runSupervisor(served(loaded.config), {
    load: async () => served((await readSelected(file, options)).config),
    ...(inspect === undefined ? {} : { inspect }),
  });
}

/** One worker, so that every request meets the debugger, and time to look around. */
function debuggedConfig(config: Config): Config {
  const sites = config.sites.map((site) => ({ ...site, limits: { ...site.limits, deadline: PATIENCE } }));
  return { ...config, workers: 1, sites };
}
