import { connectionOptions } from "./connection_options.ts";
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
 * Removes the fields that concern one connection only from a request on its way to a server: the known ones. Those that
 * a client's Connection names have gone when its head was read; what has one of these names now is a script's.
 */
export function removeKnownHopByHop(headers: HeaderList): void {
  headers.deleteWhere((name) => HOP_BY_HOP.has(name));
}

/** Removes them from a response as it was received: the known ones and those that Connection names. */
export function removeHopByHop(headers: HeaderList): void {
  const connection = headers.get("connection");
  const named = connection === undefined ? undefined : connectionOptions(connection);
  headers.deleteWhere((name) => HOP_BY_HOP.has(name) || named?.has(name) === true);
}
