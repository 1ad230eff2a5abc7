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
import { type Run, runsLength } from "./ranges/byte_range.ts";

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

/** Milliseconds by which the kernel's stamps may lag behind the clock: at worst a jiffy at 100 Hz. */
export const CLOCK_TICK = 10;

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

  /**
   * Whether this is not what `stat` told of, and has come about after `time`. What was appended to since counts as
   * the same.
   *
   * @param time milliseconds since 1970
   */
  isNewerThan(stat: FileStat, time: number): boolean {
    const { ino, size, mtimeMs, ctimeMs } = this.#stats;
    const isSame = ino === stat.inode && (mtimeMs === stat.mtime || size > stat.size);
    return !isSame && ctimeMs > time - CLOCK_TICK;
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

  /**
   * Reads at once; meant for small pieces. Throws HttpError 500 when the file has become too short or was
   * written to since it was opened.
   */
  readNow(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    this.#fill(bytes, 0, position, length);
    if (this.changes() === "overwritten") throw overwritten(this.realPath);
    return bytes;
  }

  /** Likewise, several pieces and bytes at hand as one. */
  readRunsNow(runs: readonly Run[]): Buffer {
    if (runs.length === 1 && !Buffer.isBuffer(runs[0]!)) return this.readNow(runs[0]!.start, runs[0]!.length);
    const bytes = Buffer.allocUnsafe(runsLength(runs));
    let filled = 0;
    for (const run of runs) {
      if (Buffer.isBuffer(run)) run.copy(bytes, filled);
      else this.#fill(bytes, filled, run.start, run.length);
      filled += run.length;
    }
    if (this.changes() === "overwritten") throw overwritten(this.realPath);
    return bytes;
  }

  /**
   * What has happened to the content since the file was opened. `grown` is mostly an append, but may be a larger
   * version written over it. The change time is not looked at: links, names and permissions change it.
   */
  changes(): "none" | "grown" | "overwritten" {
    const { size, mtimeMs } = fstatSync(this.fd);
    if (size > this.#stats.size) return "grown";
    return size === this.#stats.size && mtimeMs === this.#stats.mtimeMs ? "none" : "overwritten";
  }

  #fill(bytes: Buffer, at: number, position: number, length: number): void {
    let filled = 0;
    while (filled < length) {
      const count = readSync(this.fd, bytes, at + filled, length - filled, position + filled);
      if (count === 0) throw truncated(this.realPath, position + length, position + filled);
      filled += count;
    }
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

/** The file was written to in place: what was read may be of two versions. */
export function overwritten(realPath: string): HttpError {
  return new HttpError(500, "file_changed", `read ${realPath}: the file was overwritten meanwhile`);
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
