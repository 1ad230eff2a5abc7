import { LRUCache } from "lru-cache";
import { FileReads } from "./file_reads.ts";
import type { FileStat } from "./file_stat.ts";

/** What an entry costs besides its bytes, roughly, so that very many empty files are bounded too. */
const ENTRY_COST = 256;

/**
 * What is in files: small ones are kept, large ones read in turns.
 *
 * Keeps the bytes of small files that were just sent, so that the next request needs no system call.
 *
 * Bytes belong to one `FileStat` object, not to a path: they are found only as long as the stat cache gives
 * out that very object, and are then exactly the version that its size and entity tag tell of.
 */
export class FileContents {
  /** The turns of those that are too large to be kept. */
  readonly reads = new FileReads();
  /** Undefined when none are kept. */
  readonly #contents: LRUCache<FileStat, Buffer> | undefined;
  #hits = 0;
  #misses = 0;

  /** @param options.bytes bytes kept, roughly; the least recently used go first */
  constructor(options: { bytes: number }) {
    const sizeCalculation = (content: Buffer): number => content.length + ENTRY_COST;
    this.#contents =
      options.bytes === 0 ? undefined : new LRUCache({ maxSize: options.bytes, sizeCalculation });
  }

  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  /** Files kept. */
  get size(): number {
    return this.#contents?.size ?? 0;
  }

  /** Their bytes, and a little for each. */
  get bytes(): number {
    return this.#contents?.calculatedSize ?? 0;
  }

  get(stat: FileStat): Buffer | undefined {
    const content = this.#contents?.get(stat);
    if (content === undefined) this.#misses++;
    else this.#hits++;
    return content;
  }

  /** The bytes are shared from now on: nobody may write to them. */
  set(stat: FileStat, content: Buffer): void {
    this.#contents?.set(stat, content);
  }
}
