import type { Writable } from "node:stream";

/** A prime, so that a block lost, doubled or exchanged anywhere shows: no buffer size divides it. */
const period = 1_000_003;
const block = 65_536;

/** Two periods of fixed bytes without structure, so that any block that starts in the first is one slice. */
const bytes = ((): Buffer => {
  const once = Buffer.allocUnsafe(period);
  for (let i = 0, state = 1; i < period; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    once[i] = state >>> 24;
  }
  return Buffer.concat([once, once]);
})();

/** The bytes of the endless test stream from `offset`; at most 64 KB. Not to be written to. */
function patternAt(offset: number, length: number): Buffer {
  const start = offset % period;
  return bytes.subarray(start, start + length);
}

/**
 * Writes the first `size` bytes of the test stream as fast as the other side takes them, then ends the stream.
 * `onProgress` gets the number of bytes accepted so far.
 */
export async function sendPattern(
  to: Writable,
  size: number,
  onProgress?: (sent: number) => void,
): Promise<void> {
  for (let sent = 0; sent < size && !to.destroyed; ) {
    const part = patternAt(sent, Math.min(block, size - sent));
    const more = to.write(part);
    sent += part.length;
    onProgress?.(sent);
    if (!more) await writable(to);
  }
  to.end();
}

/** Settles when the stream takes more, or will never again. */
function writable(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const proceed = (): void => {
      stream.off("drain", proceed).off("close", proceed);
      resolve();
    };
    stream.on("drain", proceed).on("close", proceed);
  });
}

/** Compares what arrives with the test stream, without keeping it. */
export class PatternCheck {
  /** Bytes taken so far, all of them right. */
  received = 0;

  /** Throws at the first byte that differs. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += block) {
      const part = chunk.subarray(at, at + block);
      if (part.compare(patternAt(this.received, part.length)) !== 0) {
        throw new Error(`The bytes from ${this.received} are not those that were sent`);
      }
      this.received += part.length;
    }
  }
}
