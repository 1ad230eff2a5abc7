import { readSync } from "node:fs";

/** Bytes of one sample. */
const LENGTH = 64;

/** Samples kept at most; when there are more, every second one goes. */
const MOST = 64;

interface Sample {
  readonly position: number;
  readonly bytes: Buffer;
}

/**
 * Remembers a little of what was read all over a file, to tell afterwards whether a file that has grown was
 * appended to or overwritten with something longer.
 */
export class ReadSamples {
  #samples: Sample[] = [];
  #every = 1;
  #count = 0;

  /** Of each chunk that was read. */
  add(chunk: Buffer, position: number): void {
    if (this.#count++ % this.#every !== 0) return;
    // A copy: the chunk belongs to somebody else.
    this.#samples.push({ position, bytes: Buffer.from(chunk.subarray(0, LENGTH)) });
    if (this.#samples.length < MOST) return;
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** Whether the file still has all of it. */
  areIn(fd: number): boolean {
    const found = Buffer.allocUnsafe(LENGTH);
    return this.#samples.every(({ position, bytes }) => {
      const count = readSync(fd, found, 0, bytes.length, position);
      return count === bytes.length && found.compare(bytes, 0, bytes.length, 0, count) === 0;
    });
  }
}
