import * as tests from "node:test";
import type { BackendFunction } from "./function_backend.ts";
import { missingIsolateFlags } from "./isolate_flags.ts";
import { SiteError } from "./site_error.ts";
import { SiteResponse } from "./site_response.ts";
import { type SiteSettings, testConfig } from "./test_config.ts";
import { callersFolder } from "./test_path.ts";
import { TestReport } from "./test_report.ts";
import { type TestRun, TestSite } from "./test_site.ts";

export { SiteError, SiteResponse, TestSite };

/** Options of `site()`; paths are relative to the file that calls it. */
export interface SiteOptions extends SiteSettings {
  readonly backends?: Readonly<Record<string, BackendFunction>>;
}

// node:test binds hooks to the whole file only while that is being loaded, so this is done on import.
const run: TestRun = { report: new TestReport(), open: new Set() };
run.report.watch();
tests.after(async () => {
  for (const each of run.open) await each.close();
});

/**
 * A site for tests, its scripts in an isolate of their own from the first fetch to `close()` or the end of the
 * tests. This is the module `lodestone/test`; `lodestone_test.d.ts` says all about it.
 */
export function site(scripts: string | URL | readonly (string | URL)[], options: SiteOptions = {}): TestSite {
  const missing = missingIsolateFlags();
  if (missing.length > 0) {
    throw new Error(
      `site() needs an isolate, and that node ${missing.join(" ")}; run tests with: lodestone test`,
    );
  }
  const list = typeof scripts === "string" || scripts instanceof URL ? [scripts] : scripts;
  return new TestSite(testConfig(list, options, callersFolder()), options.backends ?? {}, run);
}
