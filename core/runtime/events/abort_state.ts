import { DOMException } from "../language/dom_exception.ts";
import { max, push, setAdd, setDelete, setForEach, setSize } from "../language/primordials.ts";
import { DependentStates } from "./dependent_states.ts";

const SetClass = Set;

/** What somebody does when a signal aborts, before the event `abort`. */
export type AbortAlgorithm = (reason: unknown) => void;

/** An object of its own for each time an algorithm is added. */
interface Entry {
  readonly run: AbortAlgorithm;
}

export interface AbortStateServices {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls back once after so many milliseconds; returns what stops that. */
  startTimer(callback: () => void, milliseconds: number): () => void;
  report(error: unknown): void;
}

/** Milliseconds by which a timer may come early; beyond that it was cut short by its greatest delay. */
const EARLY = 1_000;

/**
 * What a signal knows (DOM standard, section 3.2). Never reachable by scripts.
 *
 * A signal of `AbortSignal.timeout` uses a timer of the host only while somebody listens, because timers are few and
 * a signal cannot be given back; whoever asks it without listening is answered by the clock.
 */
export class AbortState {
  /** Undefined while not aborted. */
  #reason: unknown;
  #algorithms = new SetClass<Entry>();
  #listening = false;
  #sources: AbortState[] = [];
  readonly #dependents = new DependentStates();
  #due: number | undefined;
  #stopTimer: (() => void) | undefined;
  readonly #services: AbortStateServices;
  readonly #fire: () => void;

  /** `fire` dispatches the event. */
  constructor(services: AbortStateServices, fire: () => void) {
    this.#services = services;
    this.#fire = fire;
  }

  get reason(): unknown {
    this.#settle();
    return this.#reason;
  }

  get aborted(): boolean {
    return this.reason !== undefined;
  }

  /** Number of dependents that are remembered, gone or not. */
  get dependents(): number {
    return this.#dependents.size;
  }

  /** Aborts, now or, when nobody listens, at the next question, so many milliseconds after. */
  setTimeout(milliseconds: number): void {
    this.#due = this.#services.now() + max(1, milliseconds);
  }

  /** "Initialize a dependent abort signal": `this` follows the sources from now on. */
  follow(sources: readonly AbortState[]): void {
    for (let i = 0; i < sources.length; i++) {
      const { reason } = sources[i]!;
      if (reason === undefined) continue;
      this.#reason = reason;
      return;
    }
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      if (source.#sources.length === 0) this.#followSource(source);
      else for (let k = 0; k < source.#sources.length; k++) this.#followSource(source.#sources[k]!);
    }
  }

  #followSource(source: AbortState): void {
    for (let i = 0; i < this.#sources.length; i++) if (this.#sources[i] === source) return;
    push(this.#sources, source);
    source.#dependents.add(this);
  }

  /** Returns what takes the algorithm away again. Does nothing when aborted already. */
  addAlgorithm(algorithm: AbortAlgorithm): () => void {
    if (this.#reason !== undefined) return () => {};
    const entry: Entry = { run: algorithm };
    setAdd(this.#algorithms, entry);
    this.#observedChanged();
    return () => {
      if (setDelete(this.#algorithms, entry)) this.#observedChanged();
    };
  }

  /** Whether there are listeners for the event `abort`. */
  setListening(listening: boolean): void {
    if (listening === this.#listening) return;
    this.#listening = listening;
    this.#observedChanged();
  }

  /** "Signal abort". A reason of undefined means an AbortError. */
  abort(reason: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason =
      reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
    const waiting: AbortState[] = [this];
    const dependents = this.#dependents.take();
    for (let i = 0; i < dependents.length; i++) {
      const dependent = dependents[i]!;
      if (dependent.#reason !== undefined) continue;
      dependent.#reason = this.#reason;
      push(waiting, dependent);
    }
    for (let i = 0; i < waiting.length; i++) waiting[i]!.#runAbortSteps();
  }

  #runAbortSteps(): void {
    const algorithms = this.#algorithms;
    this.#algorithms = new SetClass();
    this.#observedChanged();
    setForEach(algorithms as Set<unknown>, (entry) => {
      try {
        (entry as Entry).run(this.#reason);
      } catch (thrown) {
        this.#services.report(thrown);
      }
    });
    this.#fire();
  }

  get #observed(): boolean {
    return this.#listening || setSize(this.#algorithms) > 0 || this.#dependents.anyKept;
  }

  /** Holds on to the sources' notice, and to the timer, exactly while somebody would be told. */
  #observedChanged(): void {
    const wanted = this.#observed && this.#reason === undefined;
    for (let i = 0; i < this.#sources.length; i++) {
      const source = this.#sources[i]!;
      source.#dependents.keep(this, wanted);
      source.#observedChanged();
    }
    if (this.#reason !== undefined) this.#sources = [];
    if (this.#due === undefined || wanted === (this.#stopTimer !== undefined)) return;
    if (wanted) this.#startTimer(this.#due);
    else {
      this.#stopTimer!();
      this.#stopTimer = undefined;
    }
  }

  #startTimer(due: number): void {
    const { now, startTimer } = this.#services;
    this.#stopTimer = startTimer(
      () => {
        this.#stopTimer = undefined;
        if (due - now() > EARLY) this.#startTimer(due);
        else this.abort(timeoutError());
      },
      max(0, due - now()),
    );
  }

  /** Lets a time limit strike for which no timer runs. */
  #settle(): void {
    if (this.#reason !== undefined) return;
    if (this.#due !== undefined && this.#stopTimer === undefined && this.#services.now() >= this.#due) {
      this.abort(timeoutError());
    }
    const sources = this.#sources;
    for (let i = 0; i < sources.length; i++) sources[i]!.#settle();
  }
}

function timeoutError(): DOMException {
  return new DOMException("The operation was aborted due to timeout", "TimeoutError");
}
