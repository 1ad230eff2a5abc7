import assert from "node:assert/strict";
import type { ChunkContext, ChunkName, ChunkResults, Chunks } from "../../../core/runtime/chunks.ts";
import { create as createCookies } from "../../../core/runtime/cookies/chunk.ts";
import { create as createEvents } from "../../../core/runtime/events/chunk.ts";
import { create as createForms } from "../../../core/runtime/forms/chunk.ts";
import type { HostCalls } from "../../../core/runtime/host/host_calls.ts";
import { createFetch } from "../../../core/runtime/http/fetch.ts";
import { createRequestClass } from "../../../core/runtime/http/request.ts";
import { parseRequestUrl } from "../../../core/runtime/http/request_url.ts";
import { createResponseClass } from "../../../core/runtime/http/response.ts";
import { create as createStreams } from "../../../core/runtime/streams/chunk.ts";
import { OpenPromises } from "../../../core/runtime/turn/open_promises.ts";
import { Operations } from "../../../core/runtime/turn/operations.ts";
import { Outbox } from "../../../core/runtime/turn/outbox.ts";
import { readScripts } from "../../../core/runtime/turn/script_module.ts";
import { Timers } from "../../../core/runtime/turn/timers.ts";
import { Tracing } from "../../../core/runtime/turn/tracing.ts";
import { Turn } from "../../../core/runtime/turn/turn.ts";
import { hostUrl } from "../../../core/script/host/host_url.ts";

const CREATE: Partial<Record<ChunkName, (context: ChunkContext) => unknown>> = {
  cookies: createCookies,
  events: createEvents,
  forms: createForms,
  streams: createStreams,
};

/** A command of the guest: its letter and what follows, as `protocol.md` writes it. */
export interface Command {
  readonly letter: string;
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

/** Numbers and texts of each command; a text's length is one of the numbers. The changes of `c` and `f` are made one JSON. */
const SHAPES: Record<string, { numbers: number; lengths: readonly number[] }> = {
  r: { numbers: 4, lengths: [2, 3] },
  b: { numbers: 4, lengths: [3] },
  d: { numbers: 4, lengths: [2, 3] },
  p: { numbers: 4, lengths: [3] },
  a: { numbers: 4, lengths: [3] },
  z: { numbers: 3, lengths: [2] },
  n: { numbers: 2, lengths: [] },
  e: { numbers: 1, lengths: [] },
  c: { numbers: 4, lengths: [1, 2, 3] },
  h: { numbers: 3, lengths: [2] },
  f: { numbers: 5, lengths: [2, 3, 4] },
  g: { numbers: 2, lengths: [1] },
  m: { numbers: 1, lengths: [] },
  t: { numbers: 4, lengths: [] },
  k: { numbers: 3, lengths: [] },
  y: { numbers: 2, lengths: [] },
  w: { numbers: 3, lengths: [] },
  q: { numbers: 1, lengths: [] },
  j: { numbers: 2, lengths: [1] },
  v: { numbers: 1, lengths: [] },
  s: { numbers: 2, lengths: [] },
  u: { numbers: 1, lengths: [] },
  l: { numbers: 2, lengths: [1] },
  i: { numbers: 2, lengths: [0, 1] },
  x: { numbers: 2, lengths: [1] },
};

/** The guest's part of the runtime in this process, and a host that the test plays itself. */
export class Guest {
  readonly operations = new Operations();
  readonly Request;
  readonly Response;
  readonly fetch;
  readonly streams;
  readonly events;
  readonly forms;
  /** Names of the chunks that were needed so far. */
  readonly loaded: string[] = [];
  /** Bytes handed over, by their handle. */
  readonly bytes = new Map<number, Uint8Array>();
  /** How often the guest has asked to be entered. */
  wakes = 0;
  /** Whether the host takes bytes. */
  takesBytes = true;
  readonly #turn: Turn;
  readonly #promises: OpenPromises;
  readonly #chunks: { get: Chunks["get"]; loaded: Chunks["loaded"] };

  constructor() {
    const outbox = new Outbox(() => void this.wakes++);
    const operations = this.operations;
    const timers = new Timers(operations, outbox);
    const host = {
      ...hostUrl,
      now: () => performance.now(),
      putBytes: (bytes: ArrayBuffer) => this.#put(new Uint8Array(bytes)),
      randomBytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)).buffer,
    } as unknown as HostCalls;
    const results: Partial<Record<ChunkName, unknown>> = {};
    const chunks = {
      get: <Name extends ChunkName>(name: Name): ChunkResults[Name] => {
        if (results[name] === undefined) {
          this.loaded.push(name);
          results[name] = CREATE[name]!(context);
        }
        return results[name] as ChunkResults[Name];
      },
      loaded: <Name extends ChunkName>(name: Name) => results[name] as ChunkResults[Name] | undefined,
    };
    const context = { host, operations, outbox, timers, chunks, report() {} } as unknown as ChunkContext;
    this.#chunks = chunks;
    const putBytes = (bytes: Uint8Array) => this.#put(bytes.slice());
    const services = { operations, outbox, chunks, putBytes };
    const requests = createRequestClass({
      ...services,
      root: "/www",
      parseUrl: (url, base) => parseRequestUrl(host, url, base),
    });
    const responses = createResponseClass(services);
    const running = new Int32Array(2);
    const tracing = new Tracing(running, () => assert.fail("nothing is traced"));
    this.#turn = new Turn({ ...services, timers, requests, responses, running, tracing });
    this.#promises = new OpenPromises(outbox);
    this.Request = requests.Request;
    this.Response = responses.Response;
    this.fetch = createFetch({ ...services, requests, responses });
    // Loaded when they are asked for.
    this.streams = () => chunks.get("streams").globals;
    this.events = () => chunks.get("events").globals;
    this.forms = () => chunks.get("forms").globals;
  }

  /** The scripts' modules, as the bundle would export them. */
  use(...scripts: object[]): void {
    const { handlers, hooks } = readScripts(scripts, {
      env: { KEY: "value" },
      promises: this.#promises,
      files: scripts.map((_, i) => `/scripts/${i}.ts`),
    });
    this.#turn.use(handlers, hooks);
  }

  /** A script that is the given handler. */
  handle(handler: (request: InstanceType<Guest["Request"]>) => unknown): void {
    this.use({ default: handler });
  }

  /** One entry: events in, commands out. What microtasks do comes with the next one. */
  enter(...events: unknown[]): Command[] {
    return parseCommands(this.#turn.enter(events));
  }

  /** One entry, and all those that the microtasks after it ask for. */
  async run(...events: unknown[]): Promise<Command[]> {
    const commands = this.enter(...events);
    for (let quiet = 0; quiet < 3; quiet++) {
      const { wakes } = this;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.wakes === wakes && quiet > 0) continue;
      const more = this.enter();
      if (more.length > 0) quiet = -1;
      commands.push(...more);
    }
    return commands;
  }

  get chunks(): { get: Chunks["get"]; loaded: Chunks["loaded"] } {
    return this.#chunks;
  }

  #put(bytes: Uint8Array): number {
    if (!this.takesBytes) return 0;
    const handle = this.bytes.size + 1;
    this.bytes.set(handle, bytes);
    return handle;
  }
}

/** Event `R`. */
export function requestEvent(
  slot: number,
  path = "/",
  options: { method?: string; query?: string; hasBody?: boolean; fields?: string } = {},
): string {
  const { method = "GET", query = "", hasBody = false, fields = "Host: a.test\r\n" } = options;
  return `R${slot}\n${path}\n${method}\n${query}\na.test\nid-${slot}\n192.0.2.1\n40000\nhttps\n${hasBody ? 1 : 0}\n${fields}`;
}

export function parseCommands(text: string): Command[] {
  const commands: Command[] = [];
  let at = 0;
  while (at < text.length) {
    const letter = text[at++]!;
    const shape = SHAPES[letter];
    if (shape === undefined)
      throw new Error(`no such command: ${JSON.stringify(text.slice(at - 1, at + 40))}`);
    const numbers: number[] = [];
    for (let i = 0; i < shape.numbers; i++) {
      const end = text.indexOf("\n", at);
      numbers.push(Number(text.slice(at, end)));
      at = end + 1;
    }
    const texts = shape.lengths.map((i) => {
      const length = Math.max(0, numbers[i]!);
      at += length;
      return text.slice(at - length, at);
    });
    if (letter === "c" || letter === "f") {
      const [path, headers] = shape.lengths.map((i, n) => (numbers[i]! < 0 ? undefined : texts[n]));
      texts.splice(0, 3, JSON.stringify({ path, headers, ...JSON.parse(texts[2] || "{}") }));
    }
    commands.push({ letter, numbers: numbers.filter((_, i) => !shape.lengths.includes(i)), texts });
  }
  return commands;
}

/** The letters of commands in their order, for short expectations. */
export function letters(commands: readonly Command[]): string {
  return commands.map((command) => command.letter).join("");
}
