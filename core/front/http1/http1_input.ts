import type { Socket } from "node:net";
import type { SharedReads } from "./shared_reads.ts";

/** Takes what comes in on a connection. */
export interface InputOwner {
  /** Whether what comes next is the head of a request, of which nothing is kept but a copy. */
  readonly takesHead?: boolean;
  /** Takes bytes of `chunk` from `offset` on and calls `advance`. Returns false when they must wait. */
  takeInput(chunk: Buffer, offset: number): boolean;
  /** The client ended its side, and everything before that has been taken. May be called again. */
  inputEnded(): void;
}

/** What a connection's client sends: kept until its owner takes it, read no faster than that. */
export class Http1Input {
  readonly #socket: Socket;
  readonly #limit: number;
  #owner: InputOwner;
  #chunk: Buffer | undefined;
  #offset = 0;
  /** What came while `#chunk` had to wait. */
  readonly #later: Buffer[] = [];
  #hasEnded = false;
  #isProcessing = false;
  #isReading = true;
  /** Whether `#chunk` is memory that the next read overwrites. */
  #isShared = false;

  /** `limit`: bytes kept while nobody takes them; above it reading stops. */
  constructor(socket: Socket, owner: InputOwner, limit: number, reads?: SharedReads) {
    this.#socket = socket;
    this.#limit = limit;
    this.#owner = owner;
    reads?.attach(socket, (bytes) => this.#readShared(bytes));
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => {
      this.#hasEnded = true;
      this.process();
    });
  }

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    return this.#chunk === undefined;
  }

  /** Whether the client has ended its side. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Offers what is kept to the owner. Called by what the owner calls, it returns at once. */
  process(): void {
    if (this.#isProcessing) return;
    this.#isProcessing = true;
    while (this.#chunk !== undefined) {
      if (this.#isShared && this.#owner.takesHead !== true) this.#keepRest();
      if (!this.#owner.takeInput(this.#chunk, this.#offset)) break;
    }
    this.#isProcessing = false;
    if (this.#hasEnded && this.#chunk === undefined) this.#owner.inputEnded();
    this.#regulate();
  }

  #take(chunk: Buffer): void {
    if (this.#chunk === undefined) this.#chunk = chunk;
    else this.#later.push(chunk);
    this.process();
  }

  /** A head is read where it is; everything else may be kept by whoever takes it. */
  #readShared(bytes: Buffer): void {
    this.#isShared = this.#chunk === undefined && this.#owner.takesHead === true;
    this.#take(this.#isShared ? bytes : Buffer.from(bytes));
    if (this.#isShared) this.#keepRest();
  }

  /** What is left of the shared memory goes into memory of its own. */
  #keepRest(): void {
    this.#isShared = false;
    if (this.#chunk === undefined) return;
    this.#chunk = Buffer.from(this.#chunk.subarray(this.#offset));
    this.#offset = 0;
  }

  /** Returns what nobody has taken, and keeps nothing. Somebody else reads the socket from now on. */
  release(): Buffer {
    const rest = this.#chunk === undefined ? [] : [this.#chunk.subarray(this.#offset), ...this.#later];
    this.#chunk = undefined;
    this.#later.length = 0;
    this.#isReading = true;
    return Buffer.concat(rest);
  }

  /** From now on `owner` takes what comes. */
  handOver(owner: InputOwner): void {
    this.#owner = owner;
  }

  /** The owner has taken the bytes of the current chunk before `offset`. */
  advance(offset: number): void {
    this.#offset = offset;
    if (this.#chunk === undefined || offset < this.#chunk.length) return;
    this.#chunk = this.#later.shift();
    this.#offset = 0;
  }

  /** Reads on unless too much waits already. */
  #regulate(): void {
    const mayRead = this.#chunk === undefined || this.#size() < this.#limit;
    if (mayRead === this.#isReading) return;
    this.#isReading = mayRead;
    if (mayRead) this.#socket.resume();
    else this.#socket.pause();
  }

  #size(): number {
    let size = -this.#offset;
    if (this.#chunk !== undefined) size += this.#chunk.length;
    for (const chunk of this.#later) size += chunk.length;
    return size;
  }
}
