/** What has become of a reload or the like. */
export type Outcome =
  | { readonly done: true }
  /** For the operator; several lines where each fault has its place in a file. */
  | { readonly done: false; readonly reason: string };

/** Runs a change whose failure is told and not thrown on. */
export async function outcomeOf(change: () => Promise<void>): Promise<Outcome> {
  try {
    await change();
    return { done: true };
  } catch (error) {
    return { done: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Tells it on standard error. What has its place in a file has a line of its own that begins with it, as compilers have
 * it; `what` is what did not happen.
 */
export function tellFailure({ reason }: Outcome & { done: false }, what?: string): void {
  const hasPlace = /^[^\n]*:\d+:\d+: /.test(reason);
  const text = reason.replace(/^lodestone: /, "");
  if (what === undefined) process.stderr.write(hasPlace ? `${reason}\n` : `lodestone: ${text}\n`);
  else process.stderr.write(`lodestone: ${what}:${hasPlace ? "\n" : " "}${text}\n`);
}
