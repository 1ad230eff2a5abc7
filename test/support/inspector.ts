import { once } from "node:events";
import { SourceMap, type SourceMapPayload } from "node:module";
import { basename } from "node:path";
import { type ClientOptions, WebSocket } from "ws";
import { request } from "./request.ts";
import { until } from "./until.ts";

type Values = Record<string, unknown>;

export interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface Paused {
  readonly reason: string;
  readonly callFrames: {
    readonly callFrameId: string;
    readonly functionName: string;
    readonly location: Location;
  }[];
}

interface Script {
  readonly url: string;
  readonly map: SourceMap;
  readonly payload: SourceMapPayload;
}

/** A debugger: a client of the Chrome DevTools Protocol that knows source maps. */
export class Inspector implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #responses = new Map<number, (message: Values) => void>();
  readonly #events: { method: string; params: Values }[] = [];
  readonly #scripts = new Map<string, Script>();
  readonly #closed = Promise.withResolvers<never>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed.promise.catch(() => {});
    socket.on("close", (_code, reason) => this.#closed.reject(new Error(`closed: ${reason}`)));
    socket.on("message", (data) => this.#receive(JSON.parse(String(data)) as Values));
  }

  /** Finds the site's target and connects to it. */
  static async attach(authority: string, site: string): Promise<Inspector> {
    const { text } = await request(`http://${authority}/json/list`);
    const targets = JSON.parse(text) as { title: string; webSocketDebuggerUrl: string }[];
    const inspector = await Inspector.open(
      targets.find(({ title }) => title === site)!.webSocketDebuggerUrl,
      {},
    );
    try {
      await inspector.send("Runtime.getIsolateId");
      return inspector;
    } catch (error) {
      await inspector[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Rejects with the status when the handshake is refused. */
  static async open(url: string, options: ClientOptions): Promise<Inspector> {
    const socket = new WebSocket(url, options);
    const inspector = new Inspector(socket);
    await once(socket, "open");
    return inspector;
  }

  /** Resolves with the result; rejects when there is an error instead, or the connection ends. */
  send(method: string, params: Values = {}): Promise<Values> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Values>();
    this.#responses.set(id, (message) => {
      if (message.error === undefined) resolve(message.result as Values);
      else reject(new Error(`${method}: ${(message.error as Values).message}`));
    });
    this.#socket.send(JSON.stringify({ id, method, params }));
    return Promise.race([promise, this.#closed.promise]);
  }

  /** The next event of that name, which is then done with. */
  async event(method: string, matches: (params: Values) => boolean = () => true): Promise<Values> {
    const index = await until(`the event ${method}`, () => {
      const found = this.#events.findIndex((event) => event.method === method && matches(event.params));
      return found === -1 ? undefined : { found };
    });
    return this.#events.splice(index.found, 1)[0]!.params;
  }

  async paused(): Promise<Paused> {
    return (await this.event("Debugger.paused")) as unknown as Paused;
  }

  /** Sets a breakpoint at a line, counted from 1, of a source file, as DevTools do: at its place in the bundle. */
  async breakAt(file: string, line: number): Promise<void> {
    for (const { url, map, payload } of this.#scripts.values()) {
      const source = payload.sources.find((name) => basename(name) === file);
      if (source === undefined) continue;
      const { lineNumber, columnNumber } = placeOf(map, source, line);
      const { locations } = await this.send("Debugger.setBreakpointByUrl", { url, lineNumber, columnNumber });
      if ((locations as Location[]).length !== 1) throw new Error("the breakpoint has no place");
      return;
    }
    throw new Error(`no script with a source map has ${file}`);
  }

  /** The place in the source, its line counted from 1. */
  original({ scriptId, lineNumber, columnNumber }: Location): { file: string; line: number } | undefined {
    const entry = this.#scripts.get(scriptId)?.map.findEntry(lineNumber, columnNumber);
    if (entry === undefined || !("originalSource" in entry)) return undefined;
    return { file: basename(entry.originalSource), line: entry.originalLine + 1 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #receive(message: Values): void {
    if (typeof message.id === "number") {
      this.#responses.get(message.id)?.(message);
      this.#responses.delete(message.id);
      return;
    }
    const params = (message.params ?? {}) as Values;
    if (message.method === "Debugger.scriptParsed") this.#parsed(params);
    this.#events.push({ method: String(message.method), params });
  }

  #parsed({ scriptId, url, sourceMapURL }: Values): void {
    const data = /^data:application\/json;base64,(.*)$/.exec(String(sourceMapURL))?.[1];
    if (data === undefined) return;
    const payload = JSON.parse(Buffer.from(data, "base64").toString()) as SourceMapPayload;
    this.#scripts.set(String(scriptId), { url: String(url), map: new SourceMap(payload), payload });
  }
}

/** Where in the bundle a line of a source begins. */
function placeOf(map: SourceMap, source: string, line: number): { lineNumber: number; columnNumber: number } {
  for (let lineNumber = 0; lineNumber < 10_000; lineNumber++) {
    for (let columnNumber = 0; columnNumber < 200; columnNumber++) {
      const entry = map.findEntry(lineNumber, columnNumber);
      if (!("originalSource" in entry) || entry.generatedLine !== lineNumber) continue;
      if (entry.originalSource === source && entry.originalLine === line - 1)
        return { lineNumber, columnNumber };
    }
  }
  throw new Error(`${source}:${line} has no place in the bundle`);
}
