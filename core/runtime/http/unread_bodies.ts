import { push } from "../language/primordials.ts";
import type { Outbox } from "../turn/outbox.ts";
import type { HeldBody } from "./content.ts";

/** Bodies taken down between two looks at what has become of them. */
const BETWEEN = 64;

/**
 * The bodies that fetches from origins have brought. No exchange ends with them, and a script that only wants the
 * status never reads them: when it has lost one, the host is told that nobody wants it.
 */
export class UnreadBodies {
  readonly #outbox: Outbox;
  #bodies: { readonly handle: number; readonly held: WeakRef<HeldBody> }[] = [];
  #lookAt = BETWEEN;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  add(held: HeldBody): void {
    push(this.#bodies, { handle: held.handle, held: new WeakRef(held) });
    if (this.#bodies.length >= this.#lookAt) this.#dropLost();
  }

  #dropLost(): void {
    const bodies = this.#bodies;
    this.#bodies = [];
    for (let i = 0; i < bodies.length; i++) {
      const body = bodies[i]!;
      const held = body.held.deref();
      if (held === undefined) this.#outbox.dropBody(0, body.handle);
      else if (!held.isDone) push(this.#bodies, body);
    }
    this.#lookAt = this.#bodies.length + BETWEEN;
  }
}
