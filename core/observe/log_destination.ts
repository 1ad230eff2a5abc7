import { write, writeSync } from "node:fs";
import { type LogOutput, openLogOutput } from "./log_output.ts";

export interface LogDestinationOptions {
  /** File descriptor, by default 1: standard output. */
  readonly fd?: number;
  /** Milliseconds a line may wait for company before it is written. */
  readonly delay?: number;
  /** Characters that may wait for a slow reader; further lines are lost and counted. */
  readonly limit?: number;
}

interface Chunk {
  readonly text: string;
  readonly lines: number;
}

/** Milliseconds until the next attempt when the reader is slow; doubled while nothing gets through. */
const FIRST_RETRY = 2;
const LAST_RETRY = 64;
/** Milliseconds that `flush` waits for a slow reader. */
const FLUSH_DEADLINE = 1000;

/**
 * Where the lines of this process's log go: gathered into writes of whole lines, bounded, and never a reason
 * for the process to wait or to end. What a full disk or a vanished reader swallows is counted, and the count
 * is logged once writing works again. The stream pino brings along (sonic-boom) costs 2 to 3 microseconds a
 * line and loops without end in its `flushSync` when the reader has gone.
 */
export class LogDestination {
  readonly #output: LogOutput;
  readonly #delay: number;
  readonly #limit: number;
  #gathered = "";
  #gatheredLines = 0;
  readonly #waiting: Chunk[] = [];
  #waitingLength = 0;
  /** A write, or the pause before the next attempt, is under way. */
  #busy = false;
  #timer: NodeJS.Timeout | undefined;
  #retryDelay = FIRST_RETRY;
  /** Lines lost of which the log does not tell yet. */
  #lost = 0;
  /** And of which it does. */
  #lostBefore = 0;
  #idle: (() => void)[] = [];

  constructor(options: LogDestinationOptions = {}) {
    this.#output = openLogOutput(options.fd ?? 1);
    this.#delay = options.delay ?? 200;
    this.#limit = options.limit ?? 4 * 2 ** 20;
  }

  /** Lines that were lost, ever. */
  get lost(): number {
    return this.#lostBefore + this.#lost;
  }

  /** Takes one line with its line break. */
  write(line: string): void {
    if (this.#gathered.length + line.length > this.#output.chunk) this.#seal();
    if (this.#waitingLength + line.length > this.#limit) {
      this.#lost++;
      return;
    }
    this.#gathered += line;
    this.#gatheredLines++;
    if (this.#timer === undefined) this.#timer = setTimeout(this.#onDelay, this.#delay).unref();
  }

  /** Resolves when everything written so far is out, or its reader has been too slow for a second. */
  async flush(): Promise<void> {
    this.#seal();
    if (!this.#busy) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const deadline = setTimeout(resolve, FLUSH_DEADLINE);
    this.#idle.push(resolve);
    await promise;
    clearTimeout(deadline);
  }

  /** Writes what it can at once, for a process that is about to end. */
  flushSync(): void {
    this.#gathered += this.#lossNotice();
    const rest = this.#waiting.splice(0).map((chunk) => chunk.text);
    this.#waitingLength = 0;
    rest.push(this.#gathered);
    this.#gathered = "";
    this.#gatheredLines = 0;
    try {
      for (const text of rest) if (text !== "") writeSync(this.#output.fd, text);
    } catch {
      // Nobody is left to be told.
    }
  }

  readonly #onDelay = (): void => {
    this.#timer = undefined;
    this.#seal();
  };

  /** Hands what has been gathered to the writer. */
  #seal(): void {
    if (this.#gathered === "") return;
    this.#waiting.push({ text: this.#gathered, lines: this.#gatheredLines });
    this.#waitingLength += this.#gathered.length;
    this.#gathered = "";
    this.#gatheredLines = 0;
    if (!this.#busy) this.#writeNext();
  }

  #writeNext(): void {
    for (let chunk = this.#waiting.shift(); chunk !== undefined; chunk = this.#waiting.shift()) {
      this.#waitingLength -= chunk.text.length;
      this.#busy = true;
      const bytes = Buffer.from(chunk.text);
      if (!this.#output.direct) {
        write(this.#output.fd, bytes, 0, bytes.length, null, (error, count) =>
          this.#onWritten(bytes, chunk, error, count),
        );
        return;
      }
      if (!this.#writeDirect(bytes, chunk)) return;
    }
    this.#busy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Returns false when the rest has to wait for the reader. */
  #writeDirect(bytes: Buffer, chunk: Chunk): boolean {
    let offset = 0;
    try {
      while (offset < bytes.length) offset += writeSync(this.#output.fd, bytes, offset);
    } catch (error) {
      if (isTemporary(error)) {
        this.#retry(bytes.subarray(offset), chunk);
        return false;
      }
      this.#lost += chunk.lines;
      return true;
    }
    this.#succeeded();
    return true;
  }

  #onWritten(bytes: Buffer, chunk: Chunk, error: NodeJS.ErrnoException | null, count: number): void {
    if (error === null ? count < bytes.length : isTemporary(error)) {
      this.#retry(bytes.subarray(count), chunk);
      return;
    }
    if (error === null) this.#succeeded();
    else this.#lost += chunk.lines;
    this.#writeNext();
  }

  #retry(rest: Buffer, chunk: Chunk): void {
    this.#waiting.unshift({ text: rest.toString(), lines: chunk.lines });
    this.#waitingLength += rest.length;
    setTimeout(() => this.#writeNext(), this.#retryDelay).unref();
    this.#retryDelay = Math.min(this.#retryDelay * 2, LAST_RETRY);
  }

  #succeeded(): void {
    this.#retryDelay = FIRST_RETRY;
    // Not while the notice itself might be lost.
    if (this.#lost > 0 && this.#waitingLength < this.#limit / 2) this.write(this.#lossNotice());
  }

  #lossNotice(): string {
    if (this.#lost === 0) return "";
    const notice = `{"level":40,"time":${Date.now()},"pid":${process.pid},"lines":${this.#lost},"msg":"log lines lost"}\n`;
    this.#lostBefore += this.#lost;
    this.#lost = 0;
    return notice;
  }
}

/** EAGAIN: the reader of a pipe is slow. EBUSY: some file systems. */
function isTemporary(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "EAGAIN" || code === "EBUSY";
}
