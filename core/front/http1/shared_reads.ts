import { Socket } from "node:net";

/** Bytes of one read, as Node has it. */
const SIZE = 65_536;
/** Reads up to this many bytes get the view of the last such read: most are heads, and those of one client have one length. */
const LONGEST_VIEW = 2_048;

/** What `net.Socket` has of its option `onread`, which a server's sockets cannot be given. */
interface Reading {
  [key: symbol]: unknown;
  readonly _handle?: { useUserBuffer?(memory: Uint8Array): void } | null;
}

/**
 * One piece of memory that all plain connections of a listener are read into, one after the other. Otherwise Node
 * allocates for every read, and the garbage of that costs more than the parsing of a head (docs/performance.md).
 *
 * What clients connect with has a documented option for it (`onread`), what servers accept has none: the same is set here by
 * what the option sets. Where Node has it otherwise, `attach` says so and the events of the socket do.
 */
export class SharedReads {
  readonly #memory = Buffer.allocUnsafeSlow(SIZE);
  readonly #views: (Buffer | undefined)[] = new Array(LONGEST_VIEW + 1).fill(undefined);
  readonly #buffer: symbol | undefined;
  readonly #callback: symbol | undefined;

  constructor() {
    const keys = Object.getOwnPropertySymbols(new Socket());
    this.#buffer = keys.find((key) => key.description === "kBuffer");
    this.#callback = keys.find((key) => key.description === "kBufferCb");
  }

  /**
   * Has `take` called with what is read from now on. The bytes are there during the call alone. Returns false when that
   * cannot be: then what is read comes as events. What was put back into the socket comes as an event anyway.
   */
  attach(socket: Socket, take: (bytes: Buffer) => void): boolean {
    const reading = socket as unknown as Reading;
    const handle = reading._handle;
    if (this.#buffer === undefined || this.#callback === undefined) return false;
    if (reading[this.#buffer] !== null || typeof handle?.useUserBuffer !== "function") return false;
    reading[this.#buffer] = this.#memory;
    reading[this.#callback] = (length: number) => take(this.#view(length));
    handle.useUserBuffer(this.#memory);
    return true;
  }

  #view(length: number): Buffer {
    if (length > LONGEST_VIEW) return this.#memory.subarray(0, length);
    this.#views[length] ??= this.#memory.subarray(0, length);
    return this.#views[length];
  }
}
