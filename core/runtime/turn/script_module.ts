import { charCodeAt, functionText, indexOf } from "../language/primordials.ts";
import { ExecutionContext } from "./execution_context.ts";
import type { OpenPromises } from "./open_promises.ts";
import type { SiteExchange } from "./site_exchange.ts";

/** Decides about a request; what it may return is checked when it has. */
export interface Handler {
  /** Which of the site's scripts it is. */
  readonly script: number;
  /** Path of that script. */
  readonly file: string;
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
  /** Paths of the scripts. */
  readonly files: readonly string[];
}

/** `export default (request) => ...` */
class FunctionHandler implements Handler {
  readonly script: number;
  readonly file: string;
  readonly #run: (request: unknown) => unknown;

  constructor(script: number, file: string, run: (request: unknown) => unknown) {
    this.script = script;
    this.file = file;
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
  readonly file: string;
  readonly #worker: ModuleWorker;
  readonly #gifts: ScriptGifts;

  constructor(script: number, worker: ModuleWorker, gifts: ScriptGifts) {
    this.script = script;
    this.file = gifts.files[script]!;
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
    const file = gifts.files[i]!;
    if (isFunction(main) && !isClass(main)) handlers.push(new FunctionHandler(i, file, main));
    else if (isModuleWorker(main)) handlers.push(new WorkerHandler(i, main, gifts));
    else if (main !== undefined || script.onResponse === undefined) {
      throw new TypeError(
        `the default export of ${file} must be a function (request) => ... or an object { fetch(request, env, ctx) {...} }, not ${described(main)}`,
      );
    }
    if (script.onResponse === undefined) continue;
    if (typeof script.onResponse !== "function") {
      throw new TypeError(`onResponse of ${file} must be a function, not ${described(script.onResponse)}`);
    }
    hooks.push(script.onResponse as ResponseHook);
    hookScripts.push(i);
  }
  return { handlers, hooks, hookScripts };
}

function isModuleWorker(value: unknown): value is ModuleWorker {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}

function isFunction(value: unknown): value is () => unknown {
  return typeof value === "function";
}

/** Can only be called with `new`. */
function isClass(value: () => unknown): boolean {
  const text = functionText(value);
  if (indexOf(text, "class") !== 0) return false;
  // A parameter's name may begin like that.
  const next = charCodeAt(text, "class".length);
  return next <= 0x20 || next === 0x7b || next === 0x2f;
}

function described(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (isFunction(value)) return "a class: export an object made of it, as in export default new Site()";
  if (typeof value !== "object") return `a ${typeof value}`;
  return "fetch" in value ? `an object whose fetch is a ${typeof value.fetch}` : "an object without fetch";
}
