import { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/**
 * The accepted socket below one that speaks TLS, or the socket itself. Node keeps it in `_parent`, as every socket that
 * stands on another one; nothing public tells.
 */
export function wrappedSocket(socket: Socket | TLSSocket): Socket {
  const { _parent: parent } = socket as { _parent?: unknown };
  return parent instanceof Socket ? parent : socket;
}

/**
 * Ends a connection so that its client cannot take what it has for all there is. An orderly end would complete a
 * body that lasts until the close, and so would, for many TLS clients, the missing of TLS's own end. Unix
 * sockets know no reset.
 */
export function resetSocket(socket: Socket | TLSSocket): void {
  const wrapped = wrappedSocket(socket);
  if (wrapped.localPort === undefined) socket.destroy();
  else wrapped.resetAndDestroy();
}
