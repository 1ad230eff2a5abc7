import { errorText } from "../console/error_text.ts";

/** UTF-16 units of the log lines of one entry; the host would have to hold them whole. */
const LOG_SPACE = 512 * 1024;
/** UTF-16 units of all commands of one entry. */
const SPACE = 64 * 1024 * 1024;
/** Set apart for what a request is told when there was no space left. */
const RESERVE = 1024 * 1024;

/** Has commands to write as late as possible: when what there is by then is handed over. */
export interface LateWriter {
  writeCommands(): void;
}

/**
 * The commands of the running entry, as one string (`protocol.md`). Nothing here calls a method of a built-in
 * that a script could have replaced: concatenation and `length` only.
 */
export class Outbox {
  readonly #wake: () => void;
  #commands = "";
  /** What the last `take` handed over, in case the limit struck on its way to the host. */
  #handedOver = "";
  #logSpace = LOG_SPACE;
  #linesLost = 0;
  #lateWriters: LateWriter[] = [];
  /** Is shown each line that scripts log. */
  onLog: ((level: number, text: string) => void) | undefined;
  /** Whether the host will come for the commands without being told. */
  #expected = false;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** An entry begins: it ends with `take`. */
  open(): void {
    this.#expected = true;
    this.#handedOver = "";
  }

  /** The host did not get what the last entry handed over. */
  restore(): void {
    this.#commands = this.#handedOver + this.#commands;
  }

  /** Hands over everything so far. */
  take(): string {
    if (this.#lateWriters.length > 0) this.#writeLate();
    if (this.#linesLost > 0) this.#tellLinesLost();
    const commands = this.#commands;
    this.#commands = "";
    this.#logSpace = LOG_SPACE;
    this.#handedOver = commands;
    this.#expected = false;
    // Of those some may have found that they must wait for the next entry.
    if (this.#lateWriters.length > 0) this.#expect();
    return commands;
  }

  /** Asks the writer when the commands are about to be handed over: once, and soon. */
  writeLate(writer: LateWriter): void {
    this.#lateWriters[this.#lateWriters.length] = writer;
    this.#expect();
  }

  #writeLate(): void {
    const writers = this.#lateWriters;
    this.#lateWriters = [];
    for (let i = 0; i < writers.length; i++) {
      try {
        writers[i]!.writeCommands();
      } catch (thrown) {
        this.report("writing what was left for the end of an entry", thrown);
      }
    }
  }

  /** Microtasks run after `take`: their first command makes the host enter once more. */
  #add(command: string, space = SPACE): void {
    if (this.#commands.length + command.length > space) {
      throw new RangeError("the answers made at the same time are too long together");
    }
    this.#commands += command;
    if (!this.#expected) this.#expect();
  }

  #expect(): void {
    if (this.#expected) return;
    this.#expected = true;
    this.#wake();
  }

  respondText(slot: number, status: number, fields: string, body: string): void {
    this.#add(`r${slot}\n${status}\n${fields.length}\n${body.length}\n${fields}${body}`);
  }

  respondBytes(slot: number, status: number, handle: number, fields: string): void {
    this.#add(`b${slot}\n${status}\n${handle}\n${fields.length}\n${fields}`);
  }

  respondFiles(slot: number, status: number, fields: string, files: string): void {
    this.#add(`d${slot}\n${status}\n${fields.length}\n${files.length}\n${fields}${files}`);
  }

  respondHeld(slot: number, status: number, body: number, fields: string): void {
    this.#add(`p${slot}\n${status}\n${body}\n${fields.length}\n${fields}`);
  }

  /** Says of the answer that comes next that it may be kept. */
  keepAnswer(slot: number, json: string): void {
    this.#add(`K${slot}\n${json.length}\n${json}`);
  }

  /** The pieces of the body follow under the number `stream`. */
  respondStream(slot: number, status: number, stream: number, fields: string): void {
    this.#add(`a${slot}\n${status}\n${stream}\n${fields.length}\n${fields}`);
  }

  respondEmpty(slot: number, status: number, fields: string): void {
    this.#add(`z${slot}\n${status}\n${fields.length}\n${fields}`);
  }

  standardPage(slot: number, status: number): void {
    this.#add(`n${slot}\n${status}\n`);
  }

  /** `changes` as `changesText` has them. */
  escalate(slot: number, changes: string | undefined): void {
    this.#add(changes === undefined ? `e${slot}\n` : `c${slot}\n${changes}`);
  }

  head(slot: number, status: number, fields: string): void {
    this.#add(`h${slot}\n${status}\n${fields.length}\n${fields}`);
  }

  fetch(slot: number, operation: number, changes: string): void {
    this.#add(`f${slot}\n${operation}\n${changes}`);
  }

  readBody(operation: number, slot: number, body: number, asBytes: boolean): void {
    this.#add(`t${operation}\n${slot}\n${body}\n${asBytes ? 1 : 0}\n`);
  }

  fetchOrigin(operation: number, json: string): void {
    this.#add(`g${operation}\n${json.length}\n${json}`);
  }

  cancel(operation: number): void {
    this.#add(`v${operation}\n`);
  }

  readPiece(operation: number, slot: number, body: number): void {
    this.#add(`k${operation}\n${slot}\n${body}\n`);
  }

  dropBody(slot: number, body: number): void {
    this.#add(`y${slot}\n${body}\n`);
  }

  writePiece(stream: number, operation: number, handle: number): void {
    this.#add(`w${stream}\n${operation}\n${handle}\n`);
  }

  endStream(stream: number): void {
    this.#add(`q${stream}\n`);
  }

  failStream(stream: number, why: string): void {
    this.#add(`j${stream}\n${why.length}\n${why}`);
  }

  openPromises(count: number): void {
    this.#add(`m${count}\n`);
  }

  call(operation: number, name: string, json: string, handles: readonly number[]): void {
    let numbers = "";
    for (let i = 0; i < handles.length; i++) numbers += `${handles[i]}\n`;
    this.#add(`o${operation}\n${name.length}\n${json.length}\n${handles.length}\n${numbers}${name}${json}`);
  }

  startTimer(operation: number, milliseconds: number): void {
    this.#add(`s${operation}\n${milliseconds}\n`);
  }

  stopTimer(operation: number): void {
    this.#add(`u${operation}\n`);
  }

  log(level: number, text: string): void {
    this.onLog?.(level, text);
    if (this.#hasLogSpace(text)) this.#add(`l${level}\n${text.length}\n${text}`);
  }

  /** Logs what was thrown where no answer can tell of it; `what` says where that was. */
  report(what: string, thrown: unknown): void {
    const stack = errorText(thrown);
    this.onLog?.(50, `${what}: ${stack}`);
    if (this.#hasLogSpace(stack)) this.#add(`i${what.length}\n${stack.length}\n${what}${stack}`);
  }

  #hasLogSpace(text: string): boolean {
    // Counted with what a line costs the host.
    this.#logSpace -= text.length + 100;
    if (this.#logSpace >= 0) return true;
    this.#linesLost++;
    return false;
  }

  failed(slot: number, stack: string): void {
    this.#add(`x${slot}\n${stack.length}\n${stack}`, SPACE + RESERVE);
  }

  #tellLinesLost(): void {
    const text = `logged too much at once: ${this.#linesLost} lines left out`;
    this.#linesLost = 0;
    this.#add(`l40\n${text.length}\n${text}`, SPACE + RESERVE);
  }
}
