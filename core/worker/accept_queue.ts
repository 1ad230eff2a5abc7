import { closeSync, openSync, readlinkSync, readSync } from "node:fs";

const TABLES: readonly string[] = ["/proc/net/tcp", "/proc/net/tcp6"];
/** Bytes read at once: what the kernel writes costs time, in which more connections come. */
const PIECE = 4096;
/** Bytes read in all; listening sockets come first. */
const MOST = 65_536;

/**
 * Whether connections wait in the kernel for somebody to accept them from one of these listening sockets. False where
 * Linux does not tell, and for Unix sockets.
 */
export function hasWaiting(fds: readonly number[]): boolean {
  const inodes = new Set<string>();
  for (const fd of fds) {
    const inode = inodeOf(fd);
    if (inode !== undefined) inodes.add(inode);
  }
  for (const table of TABLES) {
    if (inodes.size === 0) return false;
    if (tableHasWaiting(readListening(table), inodes)) return true;
  }
  return false;
}

/**
 * proc_net(5), the columns of a row: number, local address, remote address, state (`0A` listens), `tx_queue:rx_queue`, of
 * which the latter is the length of the accept queue, timer, retransmissions, user, timeout, inode. Inodes that are found
 * are taken off the set.
 */
export function tableHasWaiting(table: string, inodes: Set<string>): boolean {
  for (const row of table.split("\n")) {
    const columns = row.trim().split(/ +/);
    if (columns[3] !== "0A" || !inodes.delete(columns[9] ?? "")) continue;
    if (!/:0+$/.test(columns[4] ?? "")) return true;
  }
  return false;
}

function inodeOf(fd: number): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
  } catch {
    return undefined;
  }
}

/** The table's rows up to the first one that is no listening socket, and some more. */
function readListening(path: string): string {
  const buffer = Buffer.allocUnsafe(PIECE);
  let fd: number | undefined;
  let text = "";
  try {
    fd = openSync(path, "r");
    for (let read = 1; read > 0 && text.length < MOST; ) {
      read = readSync(fd, buffer, 0, PIECE, null);
      text += buffer.toString("latin1", 0, read);
      if (/ 0[1-9B] +[0-9A-F]{8}:[0-9A-F]{8} /.test(text)) break;
    }
  } catch {
    // What was read so far counts.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return text;
}
