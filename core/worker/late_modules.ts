import { contentType } from "../files/content_type.ts";

/** Milliseconds behind the start, which they would delay. */
const PATIENCE = 1_000;

/** As those of the supervisor (`../supervisor/late_modules.ts`): what a worker may need when other files are installed. */
export function loadLateModules(): void {
  setTimeout(() => {
    try {
      contentType("");
    } catch {
      // For want of descriptors, say. Whoever needs it tells of it then.
    }
  }, PATIENCE).unref();
}
