import { loadCompression } from "../files/coding/compressed_files.ts";
import { contentType } from "../files/content_type.ts";

/** Milliseconds behind the start, which they would delay. */
const PATIENCE = 1_000;

/** As those of the supervisor (`../supervisor/late_modules.ts`): what a worker may need when other files are installed. */
export function loadLateModules(): void {
  setTimeout(() => {
    // Whoever needs what cannot be loaded, for want of descriptors say, tells of it then.
    void Promise.allSettled([loadCompression(), loadContentTypes()]);
  }, PATIENCE).unref();
}

async function loadContentTypes(): Promise<void> {
  contentType("");
}
