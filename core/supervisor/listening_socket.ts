import { lookup } from "node:dns/promises";
import { closeSync, lstatSync, readFileSync, readlinkSync, rmSync, statSync, unlinkSync } from "node:fs";
import net from "node:net";
import { dirname } from "node:path";
import { getSystemErrorMap } from "node:util";
import type { ListenAddress } from "../config/config.ts";
import { formatListenAddress } from "../config/listen_address.ts";

/** Listening is not possible. The message names the address and the reason. */
export class ListenError extends Error {
  constructor(address: ListenAddress, reason: string, cause?: unknown) {
    super(`cannot listen on ${formatListenAddress(address)}: ${reason}`, { cause });
    this.name = "ListenError";
  }
}

/**
 * A bound socket whose descriptor all workers inherit and accept from. The supervisor itself never accepts:
 * it keeps the socket open, so that connections which arrive while a worker is being replaced wait in the
 * kernel's queue and are not lost.
 */
export interface ListeningSocket {
  readonly fd: number;
  /** Where it really listens: port 0 has become the port that was free. */
  readonly address: ListenAddress;
  /** Whether `close` removes the file of a Unix socket. */
  readonly removesFile: boolean;
  /** Also removes the file of a Unix socket, unless that is somebody else's. */
  close(): void;
  /**
   * Closes this process's descriptor only: another process goes on with the socket, whose file stays. The process must
   * then end by `process.exit`, for a loop that ends by itself closes what libuv knows of, file included.
   */
  release(): void;
}

/** Bytes of a Unix socket's path: `sun_path` of unix(7), less the NUL. */
const LONGEST_UNIX_PATH = 107;

/** @throws ListenError when the address is in use, not permitted, not of this machine, or its folder is missing. */
export async function openListeningSocket(address: ListenAddress): Promise<ListeningSocket> {
  return address.kind === "unix" ? await openUnix(address) : await openTcp(address);
}

async function openTcp(address: ListenAddress & { kind: "tcp" }): Promise<ListeningSocket> {
  const ip = await resolveHost(address);
  const handle = createServerHandle(ip, address.port, net.isIP(ip ?? "") === 6 ? 6 : 4, null, 0);
  if (typeof handle === "number") throw bindError(address, handle);
  // libuv keeps EADDRINUSE back until the socket is used.
  const name: { address?: string; port?: number } = {};
  const failure = handle.getsockname!(name);
  if (failure !== 0) {
    handle.close();
    throw bindError(address, failure);
  }
  const bound = { kind: "tcp", host: name.address ?? address.host, port: name.port ?? address.port } as const;
  const close = (): void => handle.close();
  return { fd: handle.fd, address: bound, removesFile: false, close, release: close };
}

/** The address as a socket that is bound to it tells it, but for port 0. Throws ListenError for unknown names. */
export async function boundAddress(address: ListenAddress): Promise<ListenAddress> {
  return address.kind === "unix" ? address : { ...address, host: (await resolveHost(address)) ?? "::" };
}

/**
 * A listening socket that another process has bound. `removesFile`: whether a Unix socket's file is removed when it is
 * closed. Throws when the descriptor is no stream socket.
 */
export function takeListeningSocket(
  fd: number,
  address: ListenAddress | undefined,
  removesFile: boolean,
): ListeningSocket {
  const handle = createServerHandle(null, 0, 4, fd, 0);
  if (typeof handle === "number") throw new Error(bindReason(handle));
  const release = (): void => handle.close();
  const bound = address ?? nameOf(handle, fd);
  const close = (): void => {
    release();
    if (removesFile && bound.kind === "unix") rmSync(bound.path, { force: true });
  };
  return { fd: handle.fd, address: bound, removesFile, close, release };
}

function nameOf(handle: ServerHandle, fd: number): ListenAddress {
  const name: { address?: string; port?: number } = {};
  if (handle.getsockname?.(name) === 0) {
    return { kind: "tcp", host: name.address ?? "", port: name.port ?? 0 };
  }
  // Node has no getsockname for Unix sockets. proc_net(5): the inode is the 7th column, the path the 8th.
  const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  const line = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((text) => text.trim().split(/ +/))
    .find((columns) => columns[6] === inode);
  return { kind: "unix", path: line?.slice(7).join(" ") ?? "" };
}

/** Null for every address of the machine, IPv6 and IPv4, or IPv4 only where there is no IPv6. */
async function resolveHost(address: ListenAddress & { kind: "tcp" }): Promise<string | null> {
  if (address.host === "::") return null;
  if (net.isIP(address.host) !== 0) return address.host;
  try {
    return (await lookup(address.host)).address;
  } catch (error) {
    throw new ListenError(address, `the name ${address.host} has no address`, error);
  }
}

async function openUnix(address: ListenAddress & { kind: "unix" }): Promise<ListeningSocket> {
  const { path } = address;
  if (Buffer.byteLength(path) > LONGEST_UNIX_PATH) {
    throw new ListenError(
      address,
      `the path of a Unix socket has at most ${LONGEST_UNIX_PATH} bytes, this one has ${Buffer.byteLength(path)}`,
    );
  }
  const folder = dirname(path);
  if (!(statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
    throw new ListenError(address, `there is no folder ${folder}`);
  }
  await removeStaleSocket(address);
  const handle = createServerHandle(path, -1, -1, undefined, 0);
  if (typeof handle === "number") throw bindError(address, handle);
  // libuv removes the file with the handle that has bound it.
  const release = (): void => closeSync(handle.fd);
  return { fd: handle.fd, address, removesFile: true, close: () => handle.close(), release };
}

/** A process that was killed leaves its socket file behind; nobody answers there. */
export async function removeStaleSocket(address: ListenAddress & { kind: "unix" }): Promise<void> {
  const { path } = address;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new ListenError(address, "there is a file of that name which is not a socket");
  const code = await connectError(path);
  if (code === "ENOENT") return;
  if (code !== "ECONNREFUSED") {
    throw new ListenError(address, "in use by another process (EADDRINUSE)");
  }
  try {
    unlinkSync(path);
  } catch (error) {
    throw new ListenError(
      address,
      `the file of an ended process cannot be removed (${(error as NodeJS.ErrnoException).code})`,
      error,
    );
  }
}

/** The code of the failure to connect, undefined when somebody answers. */
function connectError(path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = net.connect(path);
  socket.once("connect", () => resolve(undefined));
  socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  return promise.finally(() => socket.destroy());
}

const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: "in use by another process",
  EADDRNOTAVAIL: "this machine does not have that address",
  EACCES:
    "permission denied; a port below 1024 needs root, the capability CAP_NET_BIND_SERVICE (AmbientCapabilities= of systemd), " +
    "or a socket that systemd opens",
};

/** `code`: a negative error number. */
export function bindError(address: ListenAddress, code: number): ListenError {
  return new ListenError(address, bindReason(code, address.kind === "unix"));
}

function bindReason(code: number, isUnix = false): string {
  const [name, text] = getSystemErrorMap().get(code) ?? [String(code), "unknown error"];
  const hint = isUnix && name === "EACCES" ? "permission denied" : (HINTS[name] ?? text);
  return `${hint} (${name})`;
}

interface ServerHandle {
  readonly fd: number;
  /** Only of TCP handles. Returns 0 or a negative error number. */
  getsockname?(name: { address?: string; port?: number }): number;
  close(): void;
}

/**
 * Binds without accepting, which the public API cannot do: a `net.Server` accepts as soon as it listens, and
 * `net.BoundSocket` exists since late versions of Node 24 only, for paths even later. `node:cluster` opens its
 * sockets with this function. `port` -1 and `type` -1 mean a Unix socket, `fd` one that is bound already. Returns a negative error number on
 * failure. A bound Unix handle removes its file when it is closed.
 */
type CreateServerHandle = (
  address: string | null,
  port: number,
  type: 4 | 6 | -1,
  fd: number | null | undefined,
  flags: number,
) => ServerHandle | number;

const createServerHandle = (net as unknown as { _createServerHandle: CreateServerHandle })
  ._createServerHandle;
