/** Counts values between bounds, and adds them up. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** One count for each bound, one above the last, then the sum. */
  readonly values: Float64Array;

  /** `bounds` ascend; a value that equals one is counted below it. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.values = new Float64Array(bounds.length + 2);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    const { values } = this;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    values[i]!++;
    values[bounds.length + 1]! += value;
  }
}
