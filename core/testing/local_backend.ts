import type { Backend, BackendReceiver, BackendRequest } from "../backend/backend.ts";

/** A backend seen from a local site, which is told of each call and may keep it from the real one. */
export class LocalBackend implements Backend {
  readonly name: string;
  readonly #behind: Backend;
  readonly #intercept: (name: string) => boolean;

  /** `intercept` returns true for a call that shall go nowhere. */
  constructor(behind: Backend, intercept: (name: string) => boolean) {
    this.name = behind.name;
    this.#behind = behind;
    this.#intercept = intercept;
  }

  send(request: BackendRequest, receiver: BackendReceiver): { cancel(): void } {
    if (!this.#intercept(this.name)) return this.#behind.send(request, receiver);
    request.body?.cancel();
    return { cancel() {} };
  }

  close(): void {
    this.#behind.close();
  }
}

/** The backends of local sites: made when a script first names them, for it may name any. */
export class LocalBackends extends Map<string, Backend> {
  readonly #names: readonly string[];
  readonly #make: (name: string) => Backend | undefined;

  /** @param names those that are configured. `make` returns undefined for a name that means no backend. */
  constructor(names: readonly string[], make: (name: string) => Backend | undefined) {
    super();
    this.#names = names;
    this.#make = make;
  }

  /** What can be named, whether it has been yet or not: messages tell of it. */
  override keys(): MapIterator<string> {
    return new Set([...this.#names, ...super.keys()]).values();
  }

  override get(name: string): Backend | undefined {
    let backend = super.get(name);
    if (backend === undefined) {
      backend = this.#make(name);
      if (backend !== undefined) this.set(name, backend);
    }
    return backend;
  }

  close(): void {
    for (const backend of this.values()) backend.close();
  }
}
