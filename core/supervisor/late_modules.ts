/** Milliseconds behind the start, which they would delay. */
const PATIENCE = 1_000;

/**
 * Loads what this process may need one day and has not needed for its start. An upgrade begins with the installation of
 * another version, and from then on the files that this one would load are not its own any more.
 */
export function loadLateModules(): void {
  setTimeout(() => {
    const modules = [
      import("./admin/admin_server.ts"),
      import("./metrics/metrics_text.ts"),
      import("./ocsp/ocsp_request.ts"),
      import("./ocsp/ocsp_response.ts"),
      import("../script/compile/instrument_returns.ts"),
    ];
    // Whoever needs one that cannot be loaded tells of it then.
    void Promise.allSettled(modules);
  }, PATIENCE).unref();
}
