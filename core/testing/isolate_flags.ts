/** What Node must be started with for isolates to work, and for their limits to hold (docs/decisions/0006). */
export const ISOLATE_FLAGS: readonly string[] = ["--no-node-snapshot", "--no-use-osr"];

/** Those flags that this process was not started with. */
export function missingIsolateFlags(
  parameters: readonly string[] = process.execArgv,
  nodeOptions: string = process.env.NODE_OPTIONS ?? "",
): string[] {
  const given = new Set(
    [...parameters, ...nodeOptions.split(/\s+/)].map((flag) => flag.replaceAll("_", "-")),
  );
  return ISOLATE_FLAGS.filter((flag) => !given.has(flag));
}
