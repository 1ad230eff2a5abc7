import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Client, ConnectionEnd } from "../http/incoming.ts";

const UNIX_END: ConnectionEnd = { address: "unix", port: 0 };

/**
 * Tells who is at the other end of a socket just accepted; undefined when a TCP client has gone already, for
 * without address it could pass for a local one.
 */
export function clientOf(socket: Socket, isUnix: boolean): Client | undefined {
  const tls = (socket as Partial<TLSSocket>).encrypted === true;
  if (isUnix) return { ...UNIX_END, local: UNIX_END, tls };
  const { remoteAddress, remotePort, localAddress = "", localPort = 0 } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  const local = { address: unmapped(localAddress), port: localPort };
  return { address: unmapped(remoteAddress), port: remotePort, local, tls };
}

/** An IPv4 address of a dual-stack socket is the same as on an IPv4 one (RFC 4291 section 2.5.5.2). */
function unmapped(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}
