import type { HostCalls } from "./host/host_calls.ts";
import { defineHidden } from "./language/web_idl.ts";
import type { Operations } from "./turn/operations.ts";
import type { Outbox } from "./turn/outbox.ts";
import type { Timers } from "./turn/timers.ts";

/**
 * The parts of the runtime that are loaded on first use, each with the globals that load it. A chunk is the folder
 * of that name; its `chunk.ts` exports `create(context)`.
 */
export const LAZY_GLOBALS = {
  clone: ["structuredClone"],
  cookies: [],
  crypto: ["crypto", "Crypto", "CryptoKey", "SubtleCrypto"],
  events: ["AbortController", "AbortSignal", "CustomEvent", "Event", "EventTarget"],
  forms: ["Blob", "File", "FormData"],
  lodestone_crypto: [],
  platform: ["navigator", "performance", "Performance", "reportError", "scheduler"],
  streams: [
    "ByteLengthQueuingStrategy",
    "CountQueuingStrategy",
    "ReadableByteStreamController",
    "ReadableStream",
    "ReadableStreamBYOBReader",
    "ReadableStreamBYOBRequest",
    "ReadableStreamDefaultController",
    "ReadableStreamDefaultReader",
    "TextDecoderStream",
    "TextEncoderStream",
    "TransformStream",
    "TransformStreamDefaultController",
    "WritableStream",
    "WritableStreamDefaultController",
    "WritableStreamDefaultWriter",
  ],
  tracing: [],
  url_pattern: ["URLPattern"],
} as const satisfies Record<string, readonly string[]>;

export type ChunkName = keyof typeof LAZY_GLOBALS;

/** What the chunks are, by name. */
export interface ChunkResults {
  clone: ChunkResult;
  cookies: ReturnType<typeof import("./cookies/chunk.ts").create>;
  crypto: ReturnType<typeof import("./crypto/chunk.ts").create>;
  events: ReturnType<typeof import("./events/chunk.ts").create>;
  forms: ReturnType<typeof import("./forms/chunk.ts").create>;
  lodestone_crypto: ReturnType<typeof import("./lodestone_crypto/chunk.ts").create>;
  platform: ChunkResult;
  streams: ReturnType<typeof import("./streams/chunk.ts").create>;
  tracing: ReturnType<typeof import("./tracing/chunk.ts").create>;
  url_pattern: ChunkResult;
}

/** What `create` of a chunk returns, at least. */
export interface ChunkResult {
  /** Values of the globals in the table above. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** What chunks are given. */
export interface ChunkContext {
  readonly host: HostCalls;
  readonly operations: Operations;
  readonly outbox: Outbox;
  readonly timers: Timers;
  readonly chunks: Chunks;
  /** An error that no caller can be told of goes to the log. */
  report(error: unknown): void;
  /**
   * Starts an operation of the host that is not bound to an exchange; text or bytes come back. What fails is
   * rejected with a TypeError, RangeError or DOMException.
   */
  call(name: string, json: string, ...bytes: Uint8Array<ArrayBuffer>[]): Promise<string | ArrayBuffer>;
}

type ChunkBody = (
  require: (module: string) => unknown,
  module: { exports: { create?: (context: ChunkContext) => ChunkResult } },
) => void;

/** The chunks of this isolate: loaded on first use, once. */
export class Chunks {
  /** Without a prototype, which scripts could have changed. */
  readonly #results: Partial<Record<ChunkName, ChunkResult>> = Object.create(null) as object;
  readonly #shared: Readonly<Record<string, unknown>>;
  readonly #source: (name: string) => string;
  readonly #evaluate: (code: string) => unknown;
  #context: ChunkContext | undefined;

  /**
   * `shared`: the modules of the main script, by path. `source` gets the text of a chunk from the host, `evaluate`
   * is the isolate's own `eval`, taken before a script could replace it.
   */
  constructor(
    shared: Readonly<Record<string, unknown>>,
    source: (name: string) => string,
    evaluate: (code: string) => unknown,
  ) {
    this.#shared = shared;
    this.#source = source;
    this.#evaluate = evaluate;
  }

  /** Set once, before anything is loaded. */
  use(context: ChunkContext): void {
    this.#context = context;
  }

  get<Name extends ChunkName>(name: Name): ChunkResults[Name] {
    const known = this.#results[name];
    if (known !== undefined) return known as ChunkResults[Name];
    const body = this.#evaluate(
      `${this.#source(name)}\n//# sourceURL=lodestone:runtime/${name}`,
    ) as ChunkBody;
    const module: Parameters<ChunkBody>[1] = { exports: {} };
    body((path) => this.#shared[path], module);
    const result = module.exports.create!(this.#context!);
    this.#results[name] = result;
    return result as ChunkResults[Name];
  }

  /** Undefined when nobody has needed it: no instance of its classes can exist then. */
  loaded<Name extends ChunkName>(name: Name): ChunkResults[Name] | undefined {
    return this.#results[name] as ChunkResults[Name] | undefined;
  }
}

/**
 * Defines the globals of all chunks on `target` as accessors that load their chunk. Assigning replaces them, as with
 * any global.
 */
export function installLazyGlobals(target: object, chunks: Chunks): void {
  for (const chunk of Object.keys(LAZY_GLOBALS) as ChunkName[]) {
    for (const name of LAZY_GLOBALS[chunk]) {
      const settle = (value: unknown): void => defineHidden(target, name, value);
      Object.defineProperty(target, name, {
        get() {
          const { globals }: ChunkResult = chunks.get(chunk);
          const value = globals[name];
          settle(value);
          return value;
        },
        set: settle,
        enumerable: false,
        configurable: true,
      });
    }
  }
}
