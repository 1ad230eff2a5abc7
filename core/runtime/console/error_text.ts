import { TEXT_LIMIT } from "../language/bounded_text.ts";
import { indexOf, slice } from "../language/primordials.ts";

const LONGEST = 8192;
/** Of these set apart for the frames: a long message must not hide where it comes from. */
const FRAMES = 2048;

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
  if (text.length > TEXT_LIMIT) return `thrown: an error of ${text.length} characters`;
  return bounded(text);
}

function bounded(text: string): string {
  if (text.length <= LONGEST) return text;
  const end = slice(text, -FRAMES);
  const frames = indexOf(end, "\n    at ");
  if (frames === -1) return slice(text, 0, LONGEST);
  return `${slice(text, 0, LONGEST - FRAMES)}...${slice(end, frames)}`;
}
