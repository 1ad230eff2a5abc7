import type { Request } from "../http/request.ts";
import type { Response, ResponseClass } from "../http/response.ts";
import type { ResponseHook } from "./script_module.ts";
import type { Tracing } from "./tracing.ts";

/** The `onResponse` functions of a site's scripts, applied one after another. */
export class ResponseHooks {
  readonly #responses: ResponseClass;
  readonly #tracing: Tracing;
  #hooks: readonly ResponseHook[] = [];

  constructor({ responses, tracing }: { readonly responses: ResponseClass; readonly tracing: Tracing }) {
    this.#responses = responses;
    this.#tracing = tracing;
  }

  use(hooks: readonly ResponseHook[]): void {
    this.#hooks = hooks;
  }

  /** Whether there are any. */
  get any(): boolean {
    return this.#hooks.length > 0;
  }

  /** The response after the hooks; a promise as soon as one of them returns a promise. */
  apply(request: Request, response: Response, from = 0): Response | Promise<Response> {
    const { Response } = this.#responses;
    const { tracer } = this.#tracing;
    let current = response;
    for (let i = from; i < this.#hooks.length; i++) {
      const hook = this.#hooks[i]!;
      tracer?.handedHead(current, hook, i);
      const result = hook(current, request);
      if (result === undefined || result instanceof Response) {
        tracer?.decidedHead(result, current);
        current = result ?? current;
      } else if (typeof result === "object" && result !== null && "then" in result) {
        const before = current;
        return Promise.resolve(result as Promise<unknown>).then((later) => {
          this.#tracing.tracer?.decidedHead(later, before);
          return this.apply(request, later === undefined ? before : this.#checked(later), i + 1);
        });
      } else this.#checked(result);
    }
    return current;
  }

  #checked(result: unknown): Response {
    if (result instanceof this.#responses.Response) return result;
    throw new TypeError(`onResponse returned a value of type ${typeof result}: return a Response or nothing`);
  }
}
