/** Breakpoints and settings remembered; what is beyond does not survive a reload. */
const MOST = 1_000;

type Parameters = Readonly<Record<string, unknown>>;

/** One message of the Chrome DevTools Protocol, without its number. */
export interface Request {
  readonly method: string;
  readonly params: Parameters;
}

const SETTINGS: ReadonlySet<string> = new Set([
  "Debugger.setAsyncCallStackDepth",
  "Debugger.setBlackboxPatterns",
  "Debugger.setBreakpointsActive",
  "Debugger.setPauseOnExceptions",
  "Debugger.setSkipAllPauses",
  "Runtime.setAsyncCallStackDepth",
  "Runtime.setCustomObjectFormatterEnabled",
  "Runtime.setMaxCallStackSizeToCapture",
]);

/** What a client of the inspector has switched on, set and where it breaks, so that another session can be brought there. */
export class InspectorState {
  /** In the order they came. */
  readonly #requests = new Map<string, Request>();
  /** Keys of breakpoints by the name V8 has given them, and by the request that waits for it. */
  readonly #breakpoints = new Map<string, string>();
  readonly #asked = new Map<number, string>();

  asked(id: number, method: string, params: Parameters): void {
    const [domain, verb] = method.split(".");
    if (verb === "disable") this.#forgetDomain(`${domain}.`);
    else if (verb === "enable" || SETTINGS.has(method)) this.#keep(method, { method, params });
    else if (method === "Debugger.setBreakpointByUrl") {
      const { url, urlRegex, lineNumber, columnNumber } = params;
      const key = `${method} ${JSON.stringify([url, urlRegex, lineNumber, columnNumber])}`;
      if (this.#keep(key, { method, params })) this.#asked.set(id, key);
    } else if (method === "Debugger.removeBreakpoint") this.#forgetBreakpoint(params.breakpointId);
  }

  /** Whether the response to that message has to be seen. */
  waitsFor(id: number): boolean {
    return this.#asked.has(id);
  }

  answered(id: number, result: Parameters): void {
    const key = this.#asked.get(id);
    this.#asked.delete(id);
    if (key !== undefined && typeof result.breakpointId === "string") {
      this.#breakpoints.set(result.breakpointId, key);
    }
  }

  /** What to send to a new session. */
  replay(): Iterable<Request> {
    return this.#requests.values();
  }

  #keep(key: string, request: Request): boolean {
    if (this.#requests.size >= MOST && !this.#requests.has(key)) return false;
    this.#requests.set(key, request);
    return true;
  }

  #forgetDomain(prefix: string): void {
    for (const key of this.#requests.keys()) if (key.startsWith(prefix)) this.#requests.delete(key);
  }

  #forgetBreakpoint(id: unknown): void {
    const key = this.#breakpoints.get(String(id));
    if (key === undefined) return;
    this.#breakpoints.delete(String(id));
    this.#requests.delete(key);
  }
}
