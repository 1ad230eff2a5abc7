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

/** Tells it on standard error. What has its place in a file begins with that, as compilers have it. */
export function tellFailure({ reason }: Outcome & { done: false }): void {
  const hasPlace = /^[^\n]*:\d+:\d+: /.test(reason);
  process.stderr.write(`${hasPlace || reason.startsWith("lodestone: ") ? "" : "lodestone: "}${reason}\n`);
}
