import { loadCompression } from "../files/coding/compressed_files.ts";
import { contentType } from "../files/content_type.ts";

/** Milliseconds behind the start, which they would delay. */
const PATIENCE = 1_000;

/** As those of the supervisor (`../supervisor/late_modules.ts`): what a worker may need when other files are installed. */
export function loadLateModules(): void {
  setTimeout(() => {
    contentType("");
    // Whoever needs it when it cannot be loaded tells of it then.
    void Promise.allSettled([loadCompression()]);
  }, PATIENCE).unref();
}
