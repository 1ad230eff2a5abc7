const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;
const KEEP_ALIVE = /(?:^|,)[ \t]*keep-alive[ \t]*(?:,|$)/i;

/** Whether the connection persists after a message with that Connection field (RFC 9112 section 9.3). */
export function isPersistent(minorVersion: 0 | 1, connection: string | undefined): boolean {
  if (connection === undefined) return minorVersion === 1;
  if (connection === "keep-alive") return true;
  if (CLOSE.test(connection)) return false;
  return minorVersion === 1 || KEEP_ALIVE.test(connection);
}

/** Options that name no field a script or a backend would see. */
const NAMING_NOTHING = /^[ \t,]*(?:(?:close|keep-alive|upgrade|te)[ \t,]*)*$/i;

/** Whether a Connection field names no other field but those that never go further. */
export function namesNothing(connection: string): boolean {
  return connection === "keep-alive" || NAMING_NOTHING.test(connection);
}

/** What a Connection field lists, in lower case; empty elements count for nothing (RFC 9110 section 5.6.1). */
export function connectionOptions(connection: string): Set<string> {
  const options = new Set(connection.split(",").map((option) => option.trim().toLowerCase()));
  options.delete("");
  return options;
}
