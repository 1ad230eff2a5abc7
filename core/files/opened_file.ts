import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
} from "node:fs";
import { HttpError } from "../http/http_error.ts";
import type { FileStat } from "./file_stat.ts";
import { PathStat } from "./path_stat.ts";

/**
 * O_NOFOLLOW: the path is a real one, so a link in its place was put there since. O_NONBLOCK: opening a FIFO
 * put there must not wait for a writer.
 */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Up to this many bytes are read at once, without a thread hop, so that head and body go out together. 64 KB
 * take about 10 microseconds when the file is in the page cache.
 */
export const READ_AT_ONCE = 64 * 1024;

/** A regular file open for reading. Whoever holds it must close it. */
export class OpenedFile {
  readonly fd: number;
  readonly realPath: string;
  readonly #stats: Stats;
  #closed = false;

  private constructor(fd: number, realPath: string, stats: Stats) {
    this.fd = fd;
    this.realPath = realPath;
    this.#stats = stats;
  }

  /** Throws HttpError: 404 not there or not a regular file, 403 no permission, 503 too many open files. */
  static open(realPath: string): OpenedFile {
    let fd: number;
    try {
      fd = openSync(realPath, FLAGS);
    } catch (error) {
      throw openFailure(realPath, error);
    }
    try {
      const stats = fstatSync(fd);
      if (stats.isFile()) return new OpenedFile(fd, realPath, stats);
    } catch (error) {
      closeSync(fd);
      throw openFailure(realPath, error);
    }
    closeSync(fd);
    throw new HttpError(404, "file_irregular", `open ${realPath}: not a regular file`);
  }

  /** Bytes the file had when it was opened. */
  get size(): number {
    return this.#stats.size;
  }

  /** Whether this is the very file and version that `stat` told of. */
  isVersionOf(stat: FileStat): boolean {
    const stats = this.#stats;
    return (
      stats.ino === stat.inode &&
      stats.size === stat.size &&
      stats.mtimeMs === stat.mtime &&
      stats.ctimeMs === stat.ctime
    );
  }

  /** What `stat` would tell now. */
  currentStat(stat: FileStat): FileStat {
    return new PathStat(stat.path, stat.realPath, stat.isSymlink, this.#stats);
  }

  /**
   * Makes sure that the open file is the one its path names without any link. O_NOFOLLOW guards the last
   * segment only; a folder above it may have become a link that leads elsewhere. Throws HttpError 404.
   */
  verifyLocation(): void {
    let actual: string;
    try {
      actual = locationOf(this.fd, this.realPath);
    } catch (error) {
      throw openFailure(this.realPath, error);
    }
    if (actual === this.realPath) return;
    throw new HttpError(404, "file_moved", `open ${this.realPath}: led to ${actual}`);
  }

  /** Reads at once; meant for small pieces. Throws HttpError 500 when the file has become too short. */
  readNow(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.fd, bytes, filled, length - filled, position + filled);
      if (count === 0) throw truncated(this.realPath, position + length, position + filled);
      filled += count;
    }
    return bytes;
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
  }
}

/** The file ended at `actual` although `expected` bytes were promised. */
export function truncated(realPath: string, expected: number, actual: number): HttpError {
  return new HttpError(
    500,
    "file_truncated",
    `read ${realPath}: needed ${expected} bytes, the file ended after ${actual}`,
  );
}

function locationOf(fd: number, realPath: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // No /proc here: the path as of now is the next best.
    return realpathSync.native(realPath);
  }
}

function openFailure(realPath: string, error: unknown): HttpError {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  const message = `open ${realPath}: ${code}`;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ELOOP":
    case "ENXIO":
    case "ENAMETOOLONG":
      return new HttpError(404, "file_gone", message, error);
    case "EACCES":
    case "EPERM":
      return new HttpError(403, "file_forbidden", message, error);
    case "EMFILE":
    case "ENFILE":
      return new HttpError(503, "files_exhausted", message, error);
    default:
      return new HttpError(500, "file_unreadable", message, error);
  }
}
