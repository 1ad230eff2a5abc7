import { ExecutionContext } from "./execution_context.ts";
import type { OpenPromises } from "./open_promises.ts";
import type { SiteExchange } from "./site_exchange.ts";

/** Decides about a request; what it may return is checked when it has. */
export interface Handler {
  /** Which of the site's scripts it is. */
  readonly script: number;
  /** What is called in the end. */
  readonly source: unknown;
  decide(exchange: SiteExchange): unknown;
}
/** Sees a response's head before it is sent. */
export type ResponseHook = (response: unknown, request: unknown) => unknown;

interface ScriptNamespace {
  readonly default?: unknown;
  readonly onResponse?: unknown;
}

interface ModuleWorker {
  fetch(request: unknown, env: unknown, context: unknown): unknown;
}

/** What scripts are given besides the request. */
export interface ScriptGifts {
  readonly env: Readonly<Record<string, string>>;
  readonly promises: OpenPromises;
}

/** `export default (request) => ...` */
class FunctionHandler implements Handler {
  readonly script: number;
  readonly #run: (request: unknown) => unknown;

  constructor(script: number, run: (request: unknown) => unknown) {
    this.script = script;
    this.#run = run;
  }

  get source(): unknown {
    return this.#run;
  }

  decide({ request }: SiteExchange): unknown {
    // Called by itself, or `this` would be the handler.
    const run = this.#run;
    return run(request);
  }
}

/** `export default { fetch(request, env, ctx) {...} }` */
class WorkerHandler implements Handler {
  readonly script: number;
  readonly #worker: ModuleWorker;
  readonly #gifts: ScriptGifts;

  constructor(script: number, worker: ModuleWorker, gifts: ScriptGifts) {
    this.script = script;
    this.#worker = worker;
    this.#gifts = gifts;
  }

  get source(): unknown {
    return this.#worker.fetch;
  }

  decide(exchange: SiteExchange): unknown {
    const context = new ExecutionContext(this.#gifts.promises);
    exchange.context = context;
    return this.#worker.fetch(exchange.request, this.#gifts.env, context);
  }
}

/** Handlers and hooks of the evaluated scripts, in their order. */
export function readScripts(
  scripts: readonly ScriptNamespace[],
  gifts: ScriptGifts,
): { handlers: Handler[]; hooks: ResponseHook[]; hookScripts: number[] } {
  const handlers: Handler[] = [];
  const hooks: ResponseHook[] = [];
  const hookScripts: number[] = [];
  for (const [i, script] of scripts.entries()) {
    const main = script.default;
    if (typeof main === "function") handlers.push(new FunctionHandler(i, main as () => unknown));
    else if (isModuleWorker(main)) handlers.push(new WorkerHandler(i, main, gifts));
    else if (main !== undefined || script.onResponse === undefined) {
      throw new TypeError(
        "a script's default export must be a function (request) => ... or { fetch(request, env, ctx) }",
      );
    }
    if (script.onResponse === undefined) continue;
    if (typeof script.onResponse !== "function") throw new TypeError("onResponse must be a function");
    hooks.push(script.onResponse as ResponseHook);
    hookScripts.push(i);
  }
  return { handlers, hooks, hookScripts };
}

function isModuleWorker(value: unknown): value is ModuleWorker {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}
