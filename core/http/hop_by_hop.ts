import type { HeaderList } from "./header_list.ts";

/** RFC 9110 section 7.6.1, with the two fields meant for a proxy, and Content-Length because framing is redone. */
const HOP_BY_HOP = new Set([
  "connection",
  "content-length",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Removes the fields that concern one connection only: the known ones and those Connection names. Host stays
 * although a client may name it there, for a request without Host would go astray.
 */
export function removeHopByHop(headers: HeaderList): void {
  const connection = headers.get("connection");
  if (connection === undefined) {
    headers.deleteWhere((name) => HOP_BY_HOP.has(name));
    return;
  }
  const named = new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
  named.delete("host");
  headers.deleteWhere((name) => HOP_BY_HOP.has(name) || named.has(name));
}
