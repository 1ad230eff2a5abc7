/** Bytes of a message: a body that goes out in one write, and its head. */
const SIZE = 65_536 + 16_384;

/**
 * One piece of memory that the messages of a listener's plain connections are put together in, head and body for one write.
 * Mostly the kernel takes a message at once, and the next one may have the memory.
 */
export class SharedWrites {
  #memory = Buffer.allocUnsafeSlow(SIZE);

  /** Head, in Latin-1, and body in one piece; it is there until the next call. */
  join(head: string, body: Buffer): Buffer {
    const length = head.length + body.length;
    const message = length > SIZE ? Buffer.allocUnsafe(length) : this.#memory.subarray(0, length);
    message.write(head, 0, "latin1");
    message.set(body, head.length);
    return message;
  }

  /** The kernel did not take the last message at once: its memory stays with the message. */
  lend(): void {
    this.#memory = Buffer.allocUnsafeSlow(SIZE);
  }
}
