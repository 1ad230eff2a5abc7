/** The guest runtime, compiled once in the supervisor. Plain data: crosses to the workers. */
export interface CompiledRuntime {
  /** One script whose completion value is `start` of `runtime/start.ts`; every isolate evaluates it. */
  readonly main: string;
  /**
   * What isolates load on first use, by name: expressions whose values are functions `(require, module)` that set
   * `module.exports` (`runtime/chunks.ts`).
   */
  readonly chunks: Readonly<Record<string, string>>;
}
