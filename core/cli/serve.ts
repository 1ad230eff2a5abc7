import { loadSelected } from "./load_selected.ts";
import type { ScriptOptions } from "./select_config.ts";

/** What `serve` takes besides what configures a script. */
export interface ServeOptions extends ScriptOptions {
  /** As the configuration's `dev`. */
  readonly dev?: boolean;
}

/** `lodestone serve`: resolves with the exit code when serving has ended. Throws UsageError. */
export async function serve(file: string | undefined, options: ServeOptions): Promise<number> {
  const loaded = await loadSelected(file, options);
  if ("exitCode" in loaded) return loaded.exitCode;
  const { runSupervisor } = await import("../supervisor/supervisor.ts");
  return await runSupervisor(options.dev === true ? { ...loaded.config, dev: true } : loaded.config);
}
