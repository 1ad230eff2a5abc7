import { ProtocolError } from "../command_reader.ts";

/**
 * Bytes that a script handed over during an entry, until a command of the same entry names them. Bounded, so that
 * a script that hands over and never names fails instead of filling the worker.
 */
export class HandedBytes {
  readonly #limit: number;
  readonly #held = new Map<number, Uint8Array>();
  #size = 0;
  #last = 0;

  /** `limit`: bytes held at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Returns the handle, or 0 when the limit is passed; `take` of 0 fails. */
  put(bytes: ArrayBuffer): number {
    if (this.#size + bytes.byteLength > this.#limit || this.#held.size >= 4096) return 0;
    this.#size += bytes.byteLength;
    this.#held.set(++this.#last, new Uint8Array(bytes));
    return this.#last;
  }

  take(handle: number): Uint8Array {
    const bytes = this.#held.get(handle);
    if (bytes === undefined) {
      throw new ProtocolError(
        `bytes handed over by the script: no handle ${handle}, or more than ${this.#limit} bytes in one entry`,
      );
    }
    this.#held.delete(handle);
    this.#size -= bytes.byteLength;
    return bytes;
  }

  /** The entry is over. */
  clear(): void {
    if (this.#held.size === 0) return;
    this.#held.clear();
    this.#size = 0;
  }
}
