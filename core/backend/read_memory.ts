/** Bytes read from a socket at once. */
const READ_SIZE = 65_536;
/** Below this a copy is a small part of what handling it costs, and one that is kept should not hold more than it has. */
const SMALL = 16_384;
/** Pieces kept for the next bodies. */
const MOST_FREE = 16;

/**
 * The memory that connections to backends read into, and pieces of memory that what has been read is copied to for its
 * receiver. Pieces that come back are used again: allocating one for every read of a large body would keep the garbage
 * collector busy (docs/performance.md).
 */
export class ReadMemory {
  /** All reads land here. Whoever is told of one takes what it wants before it calls anybody else. */
  readonly buffer = Buffer.allocUnsafeSlow(READ_SIZE);
  readonly #own = new WeakSet<ArrayBufferLike>();
  readonly #free: ArrayBufferLike[] = [];

  /** A copy of what was read that belongs to whoever gets it. */
  copy(bytes: Buffer): Buffer {
    if (bytes.length < SMALL || bytes.length > READ_SIZE) return Buffer.from(bytes);
    let memory = this.#free.pop();
    if (memory === undefined) {
      memory = new ArrayBuffer(READ_SIZE);
      this.#own.add(memory);
    }
    const piece = Buffer.from(memory, 0, bytes.length);
    piece.set(bytes);
    return piece;
  }

  /** Nobody has a use for the bytes any more; other than copies made here are left alone. */
  giveBack({ buffer }: Buffer): void {
    if (this.#free.length < MOST_FREE && this.#own.has(buffer)) this.#free.push(buffer);
  }
}
