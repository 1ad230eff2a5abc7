import { LRUCache } from "lru-cache";
import { readBody } from "../../http/read_body.ts";
import type { Timer, TimerWheel } from "../../http/timer_wheel.ts";
import { FileBody } from "../file_body.ts";
import type { FileStat } from "../file_stat.ts";
import { CLOCK_TICK, OpenedFile } from "../opened_file.ts";
import { compressBytes } from "./compress_bytes.ts";
import type { Encoding } from "./encoding.ts";

/** What an entry costs besides its bytes, roughly. */
const ENTRY_COST = 512;

/** That a file is not worth compressing: the result was no smaller. */
const NOT_SMALLER = Buffer.alloc(0);

export interface CompressionLimits {
  /** Bytes of the smallest and of the largest file that is compressed. */
  readonly minimum: number;
  readonly maximum: number;
  /** Bytes of results kept. */
  readonly cache: number;
  /** Files compressed at once, so that the threads have room for reading files and looking up names. */
  readonly concurrency: number;
  /** Files that may wait for their turn; what comes on top is sent as it is. */
  readonly queue: number;
  /** Milliseconds a request waits; then the file is sent as it is, and the result is there for the next one. */
  readonly patience: number;
}

interface Job {
  readonly stat: FileStat;
  readonly encoding: Encoding;
  readonly key: string;
  readonly settle: (result: Buffer | undefined) => void;
}

/**
 * Compresses files on libuv's threads and keeps the results. Requests for the same version of a file wait for one
 * compression.
 */
export class CompressedFiles {
  readonly #limits: CompressionLimits;
  readonly #timers: TimerWheel;
  readonly #results: LRUCache<string, Buffer> | undefined;
  readonly #underWay = new Map<string, Promise<Buffer | undefined>>();
  readonly #queue: Job[] = [];
  readonly #keys = new WeakMap<FileStat, Readonly<Record<Encoding, string>>>();
  readonly #compress: typeof compressBytes;
  readonly #now: () => number;
  #running = 0;
  #compressions = 0;
  #hits = 0;
  #misses = 0;

  /** `how` is for tests; its `now` gives milliseconds since 1970. */
  constructor(
    limits: CompressionLimits,
    timers: TimerWheel,
    how: { readonly compress?: typeof compressBytes; readonly now?: () => number } = {},
  ) {
    this.#limits = limits;
    this.#timers = timers;
    this.#compress = how.compress ?? compressBytes;
    this.#now = how.now ?? Date.now;
    this.#results =
      limits.cache === 0
        ? undefined
        : new LRUCache({
            maxSize: limits.cache,
            sizeCalculation: (result) => result.length + ENTRY_COST,
          });
  }

  /** Compressions begun so far. */
  get compressions(): number {
    return this.#compressions;
  }

  /** Results found. */
  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  /** Results kept. */
  get size(): number {
    return this.#results?.size ?? 0;
  }

  /** Their bytes, and a little for each. */
  get bytes(): number {
    return this.#results?.calculatedSize ?? 0;
  }

  /** Whether a file of that many bytes is compressed at all. */
  takes(size: number): boolean {
    return size >= this.#limits.minimum && size <= this.#limits.maximum && size > 0;
  }

  /** The file, compressed before; `"no smaller"` when it is to be sent as it is; undefined when that is not known. */
  find(stat: FileStat, encoding: Encoding): Buffer | "no smaller" | undefined {
    const known = this.#results?.get(this.#keyOf(stat, encoding));
    if (known === undefined) this.#misses++;
    else this.#hits++;
    return known === NOT_SMALLER ? "no smaller" : known;
  }

  /**
   * The file, compressed now. Undefined when it is to be sent as it is: the result would be no smaller, there is too
   * much else to compress, or the file is not what `stat` tells any more. Never rejects.
   */
  async make(stat: FileStat, encoding: Encoding): Promise<Buffer | undefined> {
    const key = this.#keyOf(stat, encoding);
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return this.#patiently(underWay);
    if (this.#queue.length >= this.#limits.queue) return undefined;
    return this.#patiently(this.#begin(stat, encoding, key));
  }

  #begin(stat: FileStat, encoding: Encoding, key: string): Promise<Buffer | undefined> {
    const promise = new Promise<Buffer | undefined>((settle) => {
      this.#queue.push({ stat, encoding, key, settle });
    });
    this.#underWay.set(key, promise);
    this.#goOn();
    return promise;
  }

  /** Unlike an entity tag a key has what nobody can set: the path and the change time. */
  #keyOf(stat: FileStat, encoding: Encoding): string {
    let keys = this.#keys.get(stat);
    if (keys === undefined) {
      const { realPath, inode, size, mtime, ctime } = stat;
      const version = `${realPath} ${inode} ${size} ${mtime} ${ctime}`;
      keys = { br: `${version} br`, zstd: `${version} zstd`, gzip: `${version} gzip` };
      this.#keys.set(stat, keys);
    }
    return keys[encoding];
  }

  #goOn(): void {
    while (this.#running < this.#limits.concurrency) {
      const job = this.#queue.shift();
      if (job === undefined) return;
      this.#running++;
      // Never rejects.
      void this.#run(job);
    }
  }

  async #run({ stat, encoding, key, settle }: Job): Promise<void> {
    // Any change from now on will show in the times of the file; they have the ticks of a clock.
    const isSettled = this.#now() - stat.ctime > 2 * CLOCK_TICK;
    let result: Buffer | undefined;
    try {
      const content = await readVersion(stat, this.#limits.maximum);
      if (content !== undefined) {
        this.#compressions++;
        const compressed = await this.#compress(content, encoding);
        result = compressed.length < content.length ? compressed : undefined;
        if (isSettled) this.#results?.set(key, result ?? NOT_SMALLER);
      }
    } catch {
      // A file that cannot be read or compressed is sent as it is, and fails there when it must.
      result = undefined;
    }
    this.#running--;
    this.#underWay.delete(key);
    settle(result);
    this.#goOn();
  }

  #patiently(promise: Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      const timer: Timer = this.#timers.add(this.#limits.patience, () => resolve(undefined));
      // Never rejects.
      void promise.then((result) => {
        timer.cancel();
        resolve(result);
      });
    });
  }
}

/** Undefined when it is another version by now. */
async function readVersion(stat: FileStat, limit: number): Promise<Buffer | undefined> {
  const file = OpenedFile.open(stat.realPath);
  if (!file.isVersionOf(stat)) {
    file.close();
    return undefined;
  }
  return readBody(new FileBody(file, [{ start: 0, length: file.size }]), limit);
}
