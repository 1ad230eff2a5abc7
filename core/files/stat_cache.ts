import { lstatSync, realpathSync } from "node:fs";
import { LRUCache } from "lru-cache";
import type { FileStat } from "./file_stat.ts";
import { PathStat } from "./path_stat.ts";

/** PATH_MAX of Linux. The kernel refuses longer paths, so the cache need not hold them as keys. */
const LONGEST_PATH = 4096;

interface Entry {
  readonly stat: FileStat | undefined;
  readonly until: number;
}

/**
 * Remembers what `stat` told of each path, also that there was nothing, for a short time.
 *
 * Synchronous on purpose: a script asks in the middle of a turn, and the answer costs a few microseconds.
 * Does not ask whether the caller may see the path; that is `resolveFile`.
 */
export class StatCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #age: number;
  readonly #now: () => number;
  #hits = 0;
  #misses = 0;

  /**
   * @param options.age milliseconds an answer is believed; 0 asks the file system every time
   * @param options.entries paths remembered; the least recently used go first
   * @param options.now monotonic milliseconds
   */
  constructor(options: { age: number; entries: number; now?: () => number }) {
    this.#entries = new LRUCache({ max: Math.max(1, options.entries) });
    this.#age = options.age;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Answers given from memory. */
  get hits(): number {
    return this.#hits;
  }

  /** Paths remembered. */
  get size(): number {
    return this.#entries.size;
  }

  /** Answers that needed the file system. */
  get misses(): number {
    return this.#misses;
  }

  /**
   * What `path`, absolute and without dot segments, names after every symbolic link. Undefined when that is
   * nothing, or nothing that can be looked at: no permission, a loop, too long, through a file, NUL in the name.
   */
  stat(path: string): FileStat | undefined {
    if (path.length > LONGEST_PATH || path.charCodeAt(0) !== 0x2f || path.includes("\0")) return undefined;
    const now = this.#now();
    const known = this.#entries.get(path);
    if (known !== undefined && now < known.until) {
      this.#hits++;
      return known.stat;
    }
    this.#misses++;
    const stat = readStat(path);
    if (this.#age > 0) this.#entries.set(path, { stat, until: now + this.#age });
    return stat;
  }
}

function readStat(path: string): FileStat | undefined {
  try {
    const own = lstatSync(path, { throwIfNoEntry: false });
    if (own === undefined) return undefined;
    const realPath = realpathSync.native(path);
    const stats = realPath === path ? own : lstatSync(realPath);
    // A link here was put in place since the lines above: what it leads to is not known.
    if (stats.isSymbolicLink()) return undefined;
    return new PathStat(path, realPath, own.isSymbolicLink(), stats);
  } catch {
    return undefined;
  }
}
