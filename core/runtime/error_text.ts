const LONGEST = 8192;
const LONGEST_SEEN = 1024 * 1024;

/**
 * What was thrown, as text for the log: the stack of an error, a description of anything else. Thrown values are
 * hostile: getters may throw, stacks may be huge.
 */
export function errorText(thrown: unknown): string {
  let text: unknown;
  try {
    if (thrown instanceof Error) {
      text = thrown.stack;
      if (typeof text !== "string" || text === "") text = `${thrown.name}: ${thrown.message}`;
    } else {
      text = `thrown: ${typeof thrown === "object" ? JSON.stringify(thrown) : String(thrown)}`;
    }
  } catch {
    text = "thrown: a value that cannot be shown";
  }
  if (typeof text !== "string") return "thrown: a value that cannot be shown";
  // Even a slice would put the whole of it into memory.
  if (text.length > LONGEST_SEEN) return `thrown: an error of ${text.length} characters`;
  return text.slice(0, LONGEST);
}
