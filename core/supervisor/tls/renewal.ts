import { WatchedFiles } from "./watched_files.ts";

export interface RenewalOptions<Value> {
  readonly files: readonly string[];
  /** Throws when the files are unfit. */
  readonly read: () => Value;
  /** Milliseconds that they may be. */
  readonly patience: number;
  readonly onRenewed: (value: Value, before: Value) => void;
  /** They have been for longer. Told once for each change of theirs. */
  readonly onUnfit: (reason: string) => void;
}

/** What was read from files, and is read again when they change; the last that was fit stays. */
export class Renewal<Value> {
  readonly files: readonly string[];
  readonly #options: RenewalOptions<Value>;
  readonly #watched: WatchedFiles;
  #current: Value;
  /** When the files became unfit; undefined when they are not, or it has been told. */
  #unfitSince: number | undefined;
  #isUnfit = false;
  #reason = "";

  /** Throws what `read` does. */
  constructor(options: RenewalOptions<Value>) {
    this.files = options.files;
    this.#options = options;
    // Before they are read: what comes meanwhile is noticed.
    this.#watched = new WatchedFiles(options.files);
    this.#current = options.read();
  }

  get current(): Value {
    return this.#current;
  }

  look(): void {
    const hasChanged = this.#watched.look();
    // What could not be read may have been the machine's fault, which no file tells of.
    if (hasChanged || this.#isUnfit) this.#read(hasChanged);
    if (this.#unfitSince === undefined || performance.now() - this.#unfitSince < this.#options.patience)
      return;
    this.#unfitSince = undefined;
    this.#options.onUnfit(this.#reason);
  }

  #read(hasChanged: boolean): void {
    let value: Value;
    try {
      value = this.#options.read();
    } catch (error) {
      this.#isUnfit = true;
      if (hasChanged) this.#unfitSince = performance.now();
      this.#reason = (error as Error).message;
      return;
    }
    this.#isUnfit = false;
    this.#unfitSince = undefined;
    const before = this.#current;
    this.#current = value;
    this.#options.onRenewed(value, before);
  }
}
