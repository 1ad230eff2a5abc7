/** Decides about a request; what it may return is checked when it has. */
export type Handler = (request: unknown) => unknown;
/** Sees a response's head before it is sent. */
export type ResponseHook = (response: unknown, request: unknown) => unknown;

interface ScriptNamespace {
  readonly default?: unknown;
  readonly onResponse?: unknown;
}

/** Handlers and hooks of the evaluated scripts, in their order. */
export function readScripts(
  scripts: readonly ScriptNamespace[],
  environment: Readonly<Record<string, string>>,
): { handlers: Handler[]; hooks: ResponseHook[] } {
  const handlers: Handler[] = [];
  const hooks: ResponseHook[] = [];
  for (const script of scripts) {
    const main = script.default;
    if (typeof main === "function") handlers.push(main as Handler);
    else if (
      typeof main === "object" &&
      main !== null &&
      "fetch" in main &&
      typeof main.fetch === "function"
    ) {
      const worker = main as { fetch(request: unknown, env: unknown): unknown };
      handlers.push((request) => worker.fetch(request, environment));
    } else if (main !== undefined || script.onResponse === undefined) {
      throw new TypeError(
        "a script's default export must be a function (request) => ... or { fetch(request) }",
      );
    }
    if (script.onResponse === undefined) continue;
    if (typeof script.onResponse !== "function") throw new TypeError("onResponse must be a function");
    hooks.push(script.onResponse as ResponseHook);
  }
  return { handlers, hooks };
}
