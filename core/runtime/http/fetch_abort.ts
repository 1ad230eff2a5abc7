import type { AbortSignal } from "../events/chunk.ts";
import type { BodyServices } from "./body.ts";
import type { HeldBody } from "./content.ts";
import { abortHeld } from "./held_reader.ts";

/** What a signal does to one fetch and to the body that it brings. */
export class FetchAbort {
  readonly #signal: AbortSignal;
  readonly #services: BodyServices;
  #operation = 0;
  #held: HeldBody | undefined;
  #stopListening: (() => void) | undefined;

  constructor(signal: AbortSignal, services: BodyServices) {
    this.#signal = signal;
    this.#services = services;
  }

  throwIfAborted(): void {
    const events = this.#services.chunks.get("events");
    if (events.isAborted(this.#signal)) throw events.abortReason(this.#signal);
  }

  /** The command has been written. */
  watch(operation: number): void {
    this.#operation = operation;
    const { addAbortAlgorithm } = this.#services.chunks.get("events");
    this.#stopListening = addAbortAlgorithm(this.#signal, (reason) => this.#abort(reason));
  }

  /** The head is there. Without a body, or when that has gone its way, there is nothing left to abort. */
  brought(held: HeldBody | undefined): void {
    if (held === undefined) return this.end();
    this.#held = held;
    held.onDone = () => this.end();
  }

  end(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #abort(reason: unknown): void {
    const { operations, outbox } = this.#services;
    if (this.#held !== undefined) return abortHeld(this.#held, reason, this.#services);
    outbox.cancel(this.#operation);
    operations.fail(this.#operation, reason);
  }
}
