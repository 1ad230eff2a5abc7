/** Bytes of the shortest name of such a field. */
export const SHORTEST_TELLING = 9;

/**
 * Whether a field tells of the client, or of what it asked for, in the name of a proxy, so that whoever reads it believes it:
 * Forwarded (RFC 7239), X-Forwarded-*, X-Real-IP and X-Request-Id. `name` in lower case.
 *
 * An application that gets its fields as CGI variables cannot tell `X_Real_IP` from `X-Real-IP` (RFC 3875, 4.1.18), and some
 * take any other character for an underscore as well.
 */
export function isTelling(name: string): boolean {
  if (name.length < SHORTEST_TELLING) return false;
  const plain = name.replaceAll(/[^a-z0-9]/g, "-");
  return (
    plain === "forwarded" ||
    plain === "x-real-ip" ||
    plain === "x-request-id" ||
    plain === "x-forwarded" ||
    plain.startsWith("x-forwarded-")
  );
}
