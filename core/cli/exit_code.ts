/** Exit codes of every command. */
export const EXIT_FINE = 0;
/** A configuration, a script or a listener that does not work. */
export const EXIT_FAULT = 1;
/** An unknown command or option, or options that do not go together. */
export const EXIT_USAGE = 2;

/** A command line that cannot be carried out as it is. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
