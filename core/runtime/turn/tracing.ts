import type { Request } from "../http/request.ts";
import type { Response } from "../http/response.ts";
import type { Handler, ResponseHook } from "./script_module.ts";

/** Tells the host what scripts do for a request that is traced. Nothing of it throws. */
export interface Tracer {
  handed(request: Request, handler: Handler): void;
  /** The handler that was handed the request last has returned. */
  decided(request: Request, result: unknown): void;
  /** `hook`: which of the `onResponse` functions. */
  handedHead(response: Response, hook: ResponseHook, index: number): void;
  /** That function, which was given this response, has returned. */
  decidedHead(result: unknown, given: Response): void;
  /** A `return` was executed. */
  returned(of: number, place: number, value: unknown): void;
}

/** Decides whether there is something to tell. Costs next to nothing when there is not. */
export class Tracing {
  /** Element 1 is not 0 while what runs belongs to a request that is traced; it numbers it then. */
  readonly #running: Int32Array;
  readonly #load: () => Tracer;
  #tracer: Tracer | undefined;
  /** The script of each `onResponse` function. */
  hookScripts: readonly number[] = [];

  constructor(running: Int32Array, load: () => Tracer) {
    this.#running = running;
    this.#load = load;
  }

  /** Number of the trace, 0 for none. */
  get current(): number {
    return this.#running[1]!;
  }

  /** Undefined when nothing is traced. */
  get tracer(): Tracer | undefined {
    if (this.#running[1] === 0) return undefined;
    try {
      this.#tracer ??= this.#load();
    } catch {
      // A script has changed what it is made with: there is less to be told.
    }
    return this.#tracer;
  }

  /**
   * The module `lodestone:returned`: bundles that were instrumented (`script/compile/instrument_returns.ts`) call it with the
   * value of each return, and the numbers of the function and of the place.
   */
  readonly returned = (of: number, place: number, value: unknown): unknown => {
    if (this.#running[1] !== 0) this.tracer?.returned(of, place, value);
    return value;
  };
}
