import net from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { BackendServer } from "../config/config.ts";

/** What opening a socket needs besides the address. */
export interface SocketOptions {
  /**
   * All reads land here before `onRead` sees them. One buffer may serve many sockets, as long as `onRead` has
   * taken what it wants before it calls anybody else.
   */
  readonly buffer: Buffer;
  /** `length` bytes have been read into the buffer. */
  readonly onRead: (length: number) => void;
  /** Certificates to trust instead of Node's, in PEM. */
  readonly ca?: string | undefined;
  /** Finds the addresses of a host name, instead of `dns.lookup`. Not asked for an IP address. */
  readonly lookup?: net.LookupFunction | undefined;
  /** Goes before everything else, the TLS handshake included. */
  readonly preface?: Buffer | undefined;
}

/** Starts a connection to the server. TLS certificates are always verified, against the host's name. */
export function openSocket(server: BackendServer, options: SocketOptions): net.Socket {
  const onread = {
    buffer: options.buffer,
    callback: (length: number): boolean => {
      options.onRead(length);
      return true;
    },
  };
  const { lookup } = options;
  // A server that has ended its side of a tunnel may still be sent something.
  const allowHalfOpen = true;
  const target =
    server.path === undefined
      ? {
          host: server.host!,
          port: server.port,
          onread,
          allowHalfOpen,
          ...(lookup === undefined ? {} : { lookup }),
        }
      : { path: server.path, onread, allowHalfOpen };
  const { preface } = options;
  if (preface !== undefined && server.tls) return openTlsBehind(preface, server, options, target);
  const socket = server.tls ? openTls(server, options.ca, target) : net.connect(target);
  // Waits for the connection, and for nothing else.
  if (preface !== undefined) socket.write(preface);
  return server.path === undefined ? socket.setNoDelay(true) : socket;
}

/** TLS begins on a socket that has sent something already, and does not read into a given buffer then. */
function openTlsBehind(
  preface: Buffer,
  server: BackendServer,
  { buffer, onRead, ca }: SocketOptions,
  { onread: _, ...target }: net.NetConnectOpts,
): net.Socket {
  const below = net.connect(target as net.NetConnectOpts);
  if (server.path === undefined) below.setNoDelay(true);
  below.write(preface);
  const socket = openTls(server, ca, { socket: below });
  below.on("error", (error) => socket.destroy(error));
  socket.on("close", () => below.destroy());
  socket.on("data", (chunk: Buffer) => {
    for (let offset = 0; offset < chunk.length; offset += buffer.length) {
      onRead(chunk.copy(buffer, 0, offset));
    }
  });
  return socket;
}

function openTls(server: BackendServer, ca: string | undefined, target: ConnectionOptions): TLSSocket {
  const named = server.host !== undefined && net.isIP(server.host) === 0;
  return process.getBuiltinModule("node:tls").connect({
    ...target,
    ALPNProtocols: ["http/1.1"],
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    // Server Name Indication carries host names only, no addresses (RFC 6066 section 3).
    ...(named ? { servername: server.host! } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
}

/** How logs name a server. */
export function serverName(server: BackendServer): string {
  if (server.path !== undefined) return `unix:${server.path}`;
  const host = server.host!.includes(":") ? `[${server.host}]` : server.host;
  return `${server.tls ? "https" : "http"}://${host}:${server.port}`;
}
