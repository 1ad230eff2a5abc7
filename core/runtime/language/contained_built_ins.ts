import { defineProperty, max, min, reflectApply } from "./primordials.ts";
import { defineHidden } from "./web_idl.ts";

/** Elements that are filled at a time: in between V8 looks whether a limit has struck. */
const PIECE = 65_536;

const constructNative = Reflect.construct;
const toNumber = Number;
const LONGEST = Number.MAX_SAFE_INTEGER;
const { trunc } = Math;
const { fill } = Array.prototype;
const { stringify } = JSON;

/**
 * Takes from the built-ins what no limit of an isolate reaches. Called once, before any script. It is no complete
 * list, which nobody could make: what is missing here ends with the worker, and the site in quarantine.
 */
export function containBuiltIns(target: typeof globalThis): void {
  // Neither its memory nor that of resizable buffers counts towards the limit.
  Reflect.deleteProperty(target, "WebAssembly");
  refuseResizable(target, "ArrayBuffer");
  refuseResizable(target, "SharedArrayBuffer");
  // Whoever sleeps looks like one whom the machine gave no time, and holds up the whole worker.
  Reflect.deleteProperty(target.Atomics, "wait");
  Reflect.deleteProperty(target.Atomics, "waitAsync");
  // `Array(1e9).fill(0)` would run on for many seconds, whatever has struck.
  defineProperty(fillInPieces.fill, "length", { value: fill.length, configurable: true });
  defineHidden(target.Array.prototype, "fill", fillInPieces.fill);
  defineHidden(target.JSON, "stringify", interruptible.stringify);
}

function refuseResizable(target: typeof globalThis, name: "ArrayBuffer" | "SharedArrayBuffer"): void {
  const native = target[name] as unknown as new (length: unknown) => object;
  const guarded = new Proxy(native, {
    // What scripts put on Object.prototype is no trap.
    __proto__: null,
    construct(_: typeof native, values: unknown[], newTarget: typeof native): object {
      const options = values[1] as { maxByteLength?: unknown } | null | undefined;
      if (options?.maxByteLength !== undefined) {
        throw new RangeError(`new ${name}: maxByteLength is not available, buffers have a fixed length here`);
      }
      return constructNative(native, [values[0]], newTarget);
    },
  } as ProxyHandler<typeof native>);
  defineHidden(target, name, guarded);
  defineHidden(native.prototype as object, "constructor", guarded);
}

const interruptible = {
  /** `JSON.stringify` (ECMA-262 25.5.2), never on V8's fast way: see `jsonStringify`. */
  stringify(value: unknown, replacer: unknown, space: unknown): string | undefined {
    return stringify(value, replacer as null, space === undefined ? "" : (space as string));
  },
};

const fillInPieces = {
  /** `Array.prototype.fill` (ECMA-262 23.1.3.7). */
  fill(this: ArrayLike<unknown>, value: unknown, start?: unknown, end?: unknown): unknown {
    const length = this === undefined || this === null ? 0 : toLength(this.length);
    if (length <= PIECE) return reflectApply(fill, this, [value, start, end]);
    const first = clamp(start, length);
    const last = end === undefined ? length : clamp(end, length);
    for (let from = first; from < last; from += PIECE) {
      reflectApply(fill, this, [value, from, min(from + PIECE, last)]);
    }
    return this;
  },
};

/** ToLength (ECMA-262 7.1.20). */
function toLength(value: unknown): number {
  return min(max(trunc(toNumber(value)) || 0, 0), LONGEST);
}

/** A relative index, negative ones counted from the end. */
function clamp(index: unknown, length: number): number {
  const whole = trunc(toNumber(index)) || 0;
  return whole < 0 ? max(length + whole, 0) : min(whole, length);
}
