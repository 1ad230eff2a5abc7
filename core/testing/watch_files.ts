import { pathToFileURL } from "node:url";

/**
 * Has `lodestone test --watch` run this file again when one of those files changes. Node only sees what a test imports;
 * this is how its own loader tells the watching process of more.
 */
export function watchFiles(paths: readonly string[]): void {
  if (process.env.WATCH_REPORT_DEPENDENCIES === undefined || process.send === undefined) return;
  process.send({ "watch:import": paths.map((path) => pathToFileURL(path).href) });
}
