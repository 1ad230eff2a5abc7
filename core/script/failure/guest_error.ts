/** Characters of a thrown text; an isolate can throw all its memory. */
const LONGEST = 8192;

/** isolated-vm ends the guest's part of a stack with this; what follows are our own frames. */
const BOUNDARY = "\n    at (<isolated-vm boundary>)";

/** What isolated-vm puts in the place of what cannot leave the isolate. */
const REPLACEMENT = "An object was thrown from supplied code within isolated-vm";

/** The stack of what came out of an isolate as thrown, which may be anything; a description of what is no error. */
export function guestStack(thrown: unknown): string {
  // Only primitive values leave an isolate as they are.
  if (typeof thrown === "string") return `thrown: ${JSON.stringify(thrown.slice(0, LONGEST))}`;
  if (!(thrown instanceof Error)) return `thrown: ${String(thrown).slice(0, LONGEST)}`;
  const { message, stack } = thrown;
  if (String(message).startsWith(REPLACEMENT)) return "thrown: a value that is no Error";
  if (typeof stack !== "string") return "";
  const end = stack.lastIndexOf(BOUNDARY);
  if (end === -1) return stack;
  const guest = stack.slice(0, end);
  // An error without a stack of its own gets the host's, even before the boundary.
  return guest.includes("lodestone:") ? guest : guest.split("\n    at ", 1)[0]!;
}
