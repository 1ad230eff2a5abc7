import { treeResident } from "./process_tree.ts";

/** Watches the resident memory of a process and its descendants from construction to the end of its scope. */
export class MemoryWatch implements Disposable {
  /** Bytes at the beginning. */
  readonly before: number;
  /** Most bytes seen so far. */
  peak: number;
  readonly #root: number;
  readonly #timer: NodeJS.Timeout;

  constructor(root: number) {
    this.#root = root;
    this.before = treeResident(root);
    this.peak = this.before;
    this.#timer = setInterval(() => this.#sample(), 25);
  }

  /** Bytes the peak lies above the beginning. */
  get growth(): number {
    this.#sample();
    return this.peak - this.before;
  }

  toString(): string {
    const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
    return `resident before ${megabytes(this.before)} MB, peak ${megabytes(this.peak)} MB, growth ${megabytes(this.growth)} MB`;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    this.peak = Math.max(this.peak, treeResident(this.#root));
  }
}
