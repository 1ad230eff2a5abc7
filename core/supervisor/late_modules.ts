import { loadInstrumentation } from "../script/compile/compile_site.ts";
import { loadMetricsText } from "./admin/admin_pages.ts";
import { loadOcsp } from "./ocsp/ocsp_stapler.ts";

/** Milliseconds behind the start, which they would delay. */
const PATIENCE = 1_000;

/**
 * Loads what this process may need one day and has not needed for its start. An upgrade begins with the installation of
 * another version, and from then on the files that this one would load are not its own any more. By the functions of
 * those who need them: Node looks for the file again for everybody who imports it.
 */
export function loadLateModules(): void {
  setTimeout(() => {
    // Whoever needs one that cannot be loaded tells of it then.
    void Promise.allSettled([loadMetricsText(), loadOcsp(), loadInstrumentation()]);
  }, PATIENCE).unref();
}
