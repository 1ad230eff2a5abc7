import type { Socket } from "node:net";

/** Takes what comes in on a connection. */
export interface InputOwner {
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

  /** `limit`: bytes kept while nobody takes them; above it reading stops. */
  constructor(socket: Socket, owner: InputOwner, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    this.#owner = owner;
    socket.on("data", (chunk: Buffer) => {
      if (this.#chunk === undefined) this.#chunk = chunk;
      else this.#later.push(chunk);
      this.process();
    });
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
    while (this.#chunk !== undefined && this.#owner.takeInput(this.#chunk, this.#offset)) {}
    this.#isProcessing = false;
    if (this.#hasEnded && this.#chunk === undefined) this.#owner.inputEnded();
    this.#regulate();
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
