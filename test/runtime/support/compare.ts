/** What came of an attempt: its value, or the kind of error. */
export async function outcome(attempt: () => unknown): Promise<unknown> {
  try {
    return { value: await attempt() };
  } catch (thrown) {
    return { threw: thrown instanceof Error ? thrown.name : typeof thrown };
  }
}
