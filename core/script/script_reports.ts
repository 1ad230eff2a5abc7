import type { Fault } from "../config/fault.ts";

/** What is told of a site's scripts, for the log. */
export interface ScriptReports {
  /** A line a script has logged itself; `level` as in pino, 10 to 50. */
  line(level: number, text: string): void;
  /**
   * A script threw, or a version could not be loaded. `what` is one line that ends with what was thrown and where;
   * `fault` is the place in the source, when it is known.
   */
  fault(what: string, stack: string, fault: Fault | undefined): void;
  /** A version is in use from now on; `again`, when its isolate had only been released. */
  loaded(version: number, again: boolean): void;
  /** The isolate was idle and made room for others. */
  released(): void;
  /** The isolate has ended and will be replaced. */
  died(message: string): void;
  catastrophe(message: string): void;
}
