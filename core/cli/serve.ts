import type { Config } from "../config/config.ts";
import { inspectAddress } from "./inspect_address.ts";
import { readSelected, SelectionError } from "./load_selected.ts";
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
  const load = () => readSelected(file, options);
  const loaded = await load().catch(tellUnusable);
  if ("exitCode" in loaded) return loaded.exitCode;
  const served = (config: Config): Config => {
    const shown = options.dev === true ? { ...config, dev: true } : config;
    return inspect === undefined ? shown : debuggedConfig(shown);
  };
  const { runSupervisor } = await import("../supervisor/supervisor.ts");
  return await runSupervisor(served(loaded.config), {
    load: async () => served((await load()).config),
    ...(inspect === undefined ? {} : { inspect }),
  });
}

/** Tells why there is nothing to serve: in an upgrade the process before this one, which has it in its log. */
async function tellUnusable(error: unknown): Promise<{ exitCode: number }> {
  if (!(error instanceof SelectionError)) throw error;
  const { takeHandedSockets } = await import("../supervisor/handed_sockets.ts");
  const handed = takeHandedSockets(process.env);
  if (handed.from === "upgrade") handed.report(error.message);
  else process.stderr.write(`${error.message}\n`);
  return { exitCode: error.exitCode };
}

/** One worker, so that every request meets the debugger, and time to look around. */
function debuggedConfig(config: Config): Config {
  const sites = config.sites.map((site) => ({ ...site, limits: { ...site.limits, deadline: PATIENCE } }));
  return { ...config, workers: 1, sites };
}
