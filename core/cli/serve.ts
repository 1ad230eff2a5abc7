import { loadSelected } from "./load_selected.ts";
import type { ScriptOptions } from "./select_config.ts";

/** `lodestone serve`: resolves with the exit code when serving has ended. Throws UsageError. */
export async function serve(file: string | undefined, options: ScriptOptions): Promise<number> {
  const loaded = await loadSelected(file, options);
  if ("exitCode" in loaded) return loaded.exitCode;
  const { runSupervisor } = await import("../supervisor/supervisor.ts");
  return await runSupervisor(loaded.config);
}
