import { max, push, reflectApply, setAdd, setDelete, setSize } from "../language/primordials.ts";
import type { AbortState } from "./abort_state.ts";

const Reference = WeakRef;
const { deref } = WeakRef.prototype;
const stateOf = (reference: WeakRef<AbortState>): AbortState | undefined =>
  reflectApply(deref as () => AbortState | undefined, reference, []);
const SetClass = Set;

/** Dependents among which those that are gone are first looked for. */
const FIRST_SWEEP = 16;

/**
 * The dependents of a signal, in the order they were made. They are held weakly, or a signal that lives as long as
 * the isolate would keep all that `AbortSignal.any` ever made of it; only those that somebody listens to are held.
 */
export class DependentStates {
  #references: WeakRef<AbortState>[] = [];
  readonly #kept = new SetClass<AbortState>();
  #sweepAt = FIRST_SWEEP;

  add(dependent: AbortState): void {
    if (this.#references.length >= this.#sweepAt) this.#sweep();
    push(this.#references, new Reference(dependent));
  }

  /** Holds the dependent strongly, or no longer. */
  keep(dependent: AbortState, wanted: boolean): void {
    if (wanted) setAdd(this.#kept, dependent);
    else setDelete(this.#kept, dependent);
  }

  get anyKept(): boolean {
    return setSize(this.#kept) > 0;
  }

  /** Number of dependents that are held weakly or strongly, those that are gone included until the next sweep. */
  get size(): number {
    return this.#references.length;
  }

  /** Those that still exist; forgets them all. */
  take(): AbortState[] {
    this.#sweep();
    const states: AbortState[] = [];
    for (let i = 0; i < this.#references.length; i++) {
      const state = stateOf(this.#references[i]!);
      if (state !== undefined) push(states, state);
    }
    this.#references = [];
    return states;
  }

  #sweep(): void {
    const left: WeakRef<AbortState>[] = [];
    for (let i = 0; i < this.#references.length; i++) {
      const reference = this.#references[i]!;
      if (stateOf(reference) !== undefined) push(left, reference);
    }
    this.#references = left;
    // So that sweeping costs each addition no more than a constant.
    this.#sweepAt = max(FIRST_SWEEP, left.length * 2);
  }
}
