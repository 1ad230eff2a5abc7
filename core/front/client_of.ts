import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Client } from "../http/incoming.ts";

/**
 * Tells who is at the other end of a socket just accepted; undefined when a TCP client has gone already, for
 * without address it could pass for a local one.
 */
export function clientOf(socket: Socket, isUnix: boolean): Client | undefined {
  const tls = (socket as Partial<TLSSocket>).encrypted === true;
  if (isUnix) return { address: "unix", port: 0, tls };
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  // An IPv4 client of a dual-stack socket is the same client as on an IPv4 one (RFC 4291 section 2.5.5.2).
  const isMapped = remoteAddress.startsWith("::ffff:") && remoteAddress.includes(".");
  return { address: isMapped ? remoteAddress.slice(7) : remoteAddress, port: remotePort, tls };
}
