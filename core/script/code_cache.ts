import { LRUCache } from "lru-cache";

/** Bytes of V8's data in one worker; that of a small site's bundle has a few kilobytes. */
const BYTES = 32 * 1024 ** 2;
/** What an entry costs besides, roughly. */
const ENTRY_COST = 256;

interface Entry {
  readonly text: string;
  readonly data: ArrayBuffer;
}

/**
 * What V8 has compiled texts to, so that the next isolate of this worker need not compile them again. It is bound to
 * V8's version and flags, so it is made where it is used: the supervisor runs with other flags.
 */
export class CodeCache {
  readonly #entries = new LRUCache<string, Entry>({
    maxSize: BYTES,
    sizeCalculation: ({ text, data }) => text.length + data.byteLength + ENTRY_COST,
  });

  /** The data of the text that is evaluated under this file name, when there is some. */
  get(fileName: string, text: string): ArrayBuffer | undefined {
    const entry = this.#entries.get(fileName);
    // V8 itself compares no more than the length of the text.
    return entry?.text === text ? entry.data : undefined;
  }

  set(fileName: string, text: string, data: ArrayBuffer): void {
    this.#entries.set(fileName, { text, data });
  }

  delete(fileName: string): void {
    this.#entries.delete(fileName);
  }
}
