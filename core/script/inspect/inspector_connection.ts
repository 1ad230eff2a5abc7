import type { SiteIsolate } from "../site_isolate.ts";
import type { GuestInspector } from "./guest_inspector.ts";
import { InspectorState } from "./inspector_state.ts";

/** Messages a client may send before there is an isolate to take them. */
const MOST_WAITING = 1_000;
const NO_ISOLATE = "no isolate runs the scripts now";
const REPLACED = "a new version of the scripts has taken over";
/** Of the two contexts isolated-vm tells of, the scripts' own. The other is empty. */
const CONTEXT_NAME = "<isolated-vm>";
const FIRST_CONTEXT = 1;

interface ProtocolMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** What a connection reaches its client by. */
export interface InspectorClient {
  send(message: string): void;
}

/**
 * A debugger's connection (Chrome DevTools Protocol) with a site's scripts. It outlives their isolates: when a new
 * version takes over, what the client has switched on and its breakpoints move to it.
 */
export class InspectorConnection {
  readonly #site: string;
  readonly #client: InspectorClient;
  readonly #state = new InspectorState();
  #isolate: SiteIsolate | undefined;
  #session: GuestInspector | undefined;
  /** What came while no session was there. */
  #waiting: { readonly message: ProtocolMessage; readonly text: string }[] = [];
  #contextId = FIRST_CONTEXT;
  #lastOwnId = 0;
  #closed = false;

  constructor(site: string, client: InspectorClient) {
    this.#site = site;
    this.#client = client;
  }

  /** A message of the client; JSON. Anything else is ignored. */
  receive(text: string): void {
    const message = parse(text);
    if (message === undefined || !Number.isInteger(message.id) || typeof message.method !== "string") return;
    if (this.#session !== undefined) return this.#dispatch(this.#session, message, text);
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ message, text });
    else this.#refuse(message.id!, NO_ISOLATE);
  }

  /** The isolate to debug from now on. */
  use(isolate: SiteIsolate): void {
    this.#leave(REPLACED);
    this.#isolate = isolate;
    // Rejects when the isolate has ended; then another one comes or none.
    void this.#attach(isolate).catch(() => {});
  }

  close(): void {
    this.#closed = true;
    this.#leave(REPLACED);
  }

  async #attach(isolate: SiteIsolate): Promise<void> {
    const session = await isolate.inspect((text) => {
      if (this.#session === session) this.#fromIsolate(text);
    });
    if (this.#closed || this.#isolate !== isolate) {
      session.dispose();
      return;
    }
    this.#session = session;
    for (const { method, params } of this.#state.replay()) {
      const id = --this.#lastOwnId;
      session.dispatch(id, JSON.stringify({ id, method, params }));
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message, text } of waiting) this.#dispatch(session, message, text);
  }

  #leave(reason: string): void {
    const session = this.#session;
    this.#session = undefined;
    this.#isolate = undefined;
    if (session === undefined) return;
    for (const id of session.dispose()) if (id >= 0) this.#refuse(id, reason);
    if (this.#closed) return;
    this.#tell({ method: "Debugger.resumed", params: {} });
    this.#tell({ method: "Runtime.executionContextsCleared", params: {} });
  }

  #dispatch(session: GuestInspector, message: ProtocolMessage, text: string): void {
    const id = message.id!;
    this.#state.asked(id, message.method!, message.params ?? {});
    const adapted = message.method === "Runtime.evaluate" ? this.#inContext(message, text) : text;
    if (session.dispatch(id, adapted)) return;
    this.#leave(NO_ISOLATE);
    this.#refuse(id, NO_ISOLATE);
  }

  /** V8 knows no context for what doesn't name one. */
  #inContext(message: ProtocolMessage, text: string): string {
    const { params } = message;
    if (params?.contextId !== undefined || params?.uniqueContextId !== undefined) return text;
    return JSON.stringify({ ...message, params: { ...params, contextId: this.#contextId } });
  }

  #fromIsolate(text: string): void {
    // Messages with a script's source or a heap can be large: those that pass unchanged are not taken apart.
    const beginning = text.slice(0, 80);
    if (beginning.includes('"Runtime.executionContextCreated"')) return this.#context(text);
    if (beginning.includes('"Runtime.consoleAPICalled"')) return this.#console(text);
    if (beginning.startsWith('{"id":')) {
      const id = Number.parseInt(beginning.slice(6), 10);
      if (id < 0) return;
      if (this.#state.waitsFor(id)) this.#state.answered(id, parse(text)?.result ?? {});
    }
    this.#client.send(text);
  }

  #context(text: string): void {
    const message = parse(text);
    const context = message?.params?.context as { id: number; name: string } | undefined;
    if (context?.name !== CONTEXT_NAME) return;
    this.#contextId = context.id;
    this.#tell({
      ...message,
      params: { context: { ...context, name: this.#site, auxData: { isDefault: true } } },
    });
  }

  /** isolated-vm has no clock for the inspector. */
  #console(text: string): void {
    const message = parse(text);
    this.#tell({ ...message, params: { ...message?.params, timestamp: Date.now() } });
  }

  #refuse(id: number, message: string): void {
    this.#tell({ id, error: { code: -32_000, message } });
  }

  #tell(message: object): void {
    this.#client.send(JSON.stringify(message));
  }
}

function parse(text: string): ProtocolMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as ProtocolMessage) : undefined;
  } catch {
    return undefined;
  }
}
