import type { SourcePlace } from "../failure/script_failure.ts";

/** A site's scripts, compiled once in the supervisor. Plain data: crosses to the workers. */
export interface CompiledSite {
  /** Name of the site. */
  readonly site: string;
  /** Counts up with each version the site has had. */
  readonly version: number;
  /**
   * One CommonJS bundle of all the site's scripts. Evaluated as the body of
   * `function (exports, require, module)`, it sets `module.exports.scripts` to the array of their namespaces,
   * in order. `lodestone` and `lodestone/*` stay as calls of `require`.
   */
  readonly code: string;
  /** Source map of `code` (JSON). */
  readonly sourceMap: string;
  /** Absolute paths of every file that went in, to be watched. */
  readonly inputs: readonly string[];
  /** Places of the returns that `code` tells of, by number; undefined when it does not (`instrument_returns.ts`). */
  readonly returns?: readonly string[];
  /** What is wrong with scripts that do not compile, so that the browser can tell (`dev`); `code` is of no use then. */
  readonly broken?: readonly SourcePlace[];
}
