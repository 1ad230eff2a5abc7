import { NumberTable } from "../../collections/number_table.ts";
import { ProtocolError } from "../command_reader.ts";

/**
 * The operations of one isolate that cost the host something: those under way, and fetches whose body waits to be
 * used. Bounded by `limit` together.
 */
export class OperationTable {
  readonly #limit: number;
  /** Exchange of each operation under way. */
  readonly #underWay = new NumberTable<number>();
  /** Fetches that are settled and whose body nobody has used yet. */
  readonly #held = new NumberTable<true>();
  #last = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes down a new operation. Returns false when that makes too many; it is down nevertheless, so that it can
   * be failed. Throws `ProtocolError` for a number that is not above all before: a number means one operation.
   */
  begin(operation: number, slot: number): boolean {
    if (operation <= this.#last) {
      throw new ProtocolError(`starting operation ${operation}: numbers ascend, the last was ${this.#last}`);
    }
    this.#last = operation;
    const { isFull } = this;
    this.#underWay.set(operation, slot);
    return !isFull;
  }

  /** How many are under way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Takes down the reading of a body that is held: that counts already. Throws as `begin` does. */
  beginReading(operation: number, slot: number, body: number): boolean {
    return this.begin(operation, slot) || this.#held.has(body);
  }

  get isFull(): boolean {
    return this.#underWay.size + this.#held.size >= this.#limit;
  }

  /** The operation has come to its end. Returns its exchange, undefined when it is not under way. */
  settle(operation: number): number | undefined {
    const slot = this.#underWay.get(operation);
    this.#underWay.delete(operation);
    return slot;
  }

  /** A fetch has brought a body, or a script writes one: it counts until it is released. */
  hold(operation: number): void {
    this.#held.set(operation, true);
  }

  release(operation: number): void {
    this.#held.delete(operation);
  }

  /** Whether an exchange has an operation under way. Looks at all of them. */
  isWaiting(slot: number): boolean {
    return this.#underWay.entries().some(([, each]) => each === slot);
  }
}
