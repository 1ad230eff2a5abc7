import type { Socket } from "node:net";

/**
 * The part of the client's connection preface (RFC 9113 section 3.4) that reads as an HTTP/1 head: what a connection
 * without TLS begins with when its client knows of HTTP/2.
 */
export const PREFACE_HEAD = "PRI * HTTP/2.0\r\n\r\n";

/**
 * Frees a socket of who read the preface's head off it, and gives it back with what came behind. Those that only wait
 * for its end go on to.
 */
export function releaseSocket(socket: Socket, rest: Buffer): void {
  for (const event of ["data", "end", "drain"]) socket.removeAllListeners(event);
  socket.pause();
  socket.unshift(Buffer.concat([Buffer.from(PREFACE_HEAD, "latin1"), rest]));
}
