/** A value that breaks a rule. The message names the value and the rule and fits behind `file:line:column:`. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

/** The value as messages quote it: on one line and bounded. */
export function quoteValue(value: unknown): string {
  if (value === null) return "nothing";
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 79)}…` : value);
}
