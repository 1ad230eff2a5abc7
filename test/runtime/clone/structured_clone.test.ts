import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createStructuredClone } from "../../../core/runtime/clone/structured_clone.ts";
import { Headers } from "../../../core/runtime/http/headers.ts";
import { DOMException } from "../../../core/runtime/language/dom_exception.ts";

const nodeClone = globalThis.structuredClone;

class FakeBlob {
  readonly size = 3;
}
Object.defineProperty(FakeBlob.prototype, Symbol.toStringTag, { value: "Blob", configurable: true });
const structuredClone = createStructuredClone((value) =>
  value instanceof FakeBlob ? new FakeBlob() : undefined,
) as <T>(value: T, options?: unknown) => T;

const isCloneError = (error: unknown) => {
  assert.ok(error instanceof DOMException, String(error));
  assert.deepEqual([error.name, error.code], ["DataCloneError", 25]);
  return true;
};
const refuses = (value: unknown, options?: unknown) =>
  assert.throws(() => structuredClone(value, options), isCloneError);

test("primitive values are themselves", () => {
  for (const value of [undefined, null, true, 0, -0, Number.NaN, 1n, "x", "\ud800"]) {
    assert.ok(Object.is(structuredClone(value), value));
  }
  assert.throws(() => (structuredClone as () => void)(), TypeError);
  assert.equal(structuredClone.length, 1);
});

test("plain data of every kind is cloned as Node does", () => {
  const data = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withObjectString: true,
  });
  fc.assert(
    fc.property(data, (value) => {
      const ours = structuredClone(value);
      assert.deepStrictEqual(ours, nodeClone(value));
      if (typeof value === "object" && value !== null) assert.notEqual(ours, value);
    }),
    { numRuns: 1_000 },
  );
});

test("what is the same object stays the same object, in circles too", () => {
  const shared = { a: 1 };
  const buffer = new ArrayBuffer(8);
  const source: Record<string, unknown> = {
    first: shared,
    second: shared,
    map: new Map<unknown, unknown>([[shared, new Set([shared])]]),
    views: [new Uint8Array(buffer, 1, 3), new DataView(buffer, 2)],
    buffer,
  };
  source.self = source;
  const copy = structuredClone(source) as typeof source & {
    map: Map<unknown, Set<unknown>>;
    views: [Uint8Array, DataView];
  };
  assert.equal(copy.self, copy);
  assert.equal(copy.first, copy.second);
  assert.notEqual(copy.first, shared);
  assert.ok(copy.map.get(copy.first)!.has(copy.first));
  assert.equal(copy.views[0].buffer, copy.buffer);
  assert.equal(copy.views[1].buffer, copy.buffer);
  assert.deepEqual([copy.views[0].byteOffset, copy.views[0].length], [1, 3]);
  assert.deepEqual([copy.views[1].byteOffset, copy.views[1].byteLength], [2, 6]);
});

test("getters run once, depth first, and what they delete is left out", () => {
  const log: string[] = [];
  const noted = (name: string, value: unknown) => () => {
    log.push(name);
    return value;
  };
  const inner = Object.defineProperty({}, "deep", { enumerable: true, get: noted("deep", 1) });
  const source = Object.defineProperties({} as Record<string, unknown>, {
    first: { enumerable: true, configurable: true, get: noted("first", inner) },
    second: {
      enumerable: true,
      get() {
        delete this.third;
        return noted("second", 2)();
      },
    },
    third: { enumerable: true, configurable: true, get: noted("third", 3) },
    hidden: { enumerable: false, get: noted("hidden", 4) },
  });
  assert.deepEqual(structuredClone(source), { first: { deep: 1 }, second: 2 });
  assert.deepEqual(log, ["first", "deep", "second"]);
});

test("a Map or Set that a getter changes is cloned as it was", () => {
  const map = new Map<unknown, unknown>();
  map.set("a", {
    get x() {
      map.set("b", 1);
      return 1;
    },
  });
  assert.deepEqual(structuredClone(map), new Map([["a", { x: 1 }]]));
});

test("arrays keep their holes, their length and their other properties", () => {
  const source = Object.assign([1, 2, 3], { name: "x", 5: 6 });
  delete source[1];
  source.length = 10;
  const copy = structuredClone(source);
  assert.equal(copy.length, 10);
  assert.deepEqual(Object.keys(copy), ["0", "2", "5", "name"]);
  assert.equal(structuredClone(new Array(1e9)).length, 1e9);
});

test("objects of classes become plain objects of their own properties", () => {
  class Point {
    #secret = 1;
    x = this.#secret;
    get y() {
      return 2;
    }
  }
  const copy = structuredClone(new Point());
  assert.equal(Object.getPrototypeOf(copy), Object.prototype);
  assert.deepEqual(copy, { x: 1 });
  class Tagged extends Point {
    get [Symbol.toStringTag]() {
      return "Tagged";
    }
  }
  assert.deepEqual(structuredClone(new Tagged()), { x: 1 });
  assert.deepEqual(structuredClone(Object.create({ inherited: 1 })), {});
  assert.ok(Array.isArray(structuredClone(new (class extends Array {})())));
  assert.deepEqual(structuredClone({ [Symbol("x")]: 1, a: 1 }), { a: 1 });
});

test("no setter on a prototype sees the properties", (t) => {
  const fail = () => assert.fail("the setter was called");
  Object.defineProperty(Object.prototype, "polluted", { set: fail, configurable: true });
  t.after(() => Reflect.deleteProperty(Object.prototype, "polluted"));
  const source = Object.defineProperty({ __proto__: null, polluted: 1 }, "__proto__", {
    value: { bad: true },
    enumerable: true,
  });
  const copy = structuredClone(source);
  assert.deepEqual(Object.getOwnPropertyDescriptor(copy, "__proto__"), {
    value: { bad: true },
    writable: true,
    enumerable: true,
    configurable: true,
  });
  assert.equal(Object.getPrototypeOf(copy), Object.prototype);
  assert.ok(Object.hasOwn(copy, "polluted"));
});

test("regular expressions keep source and flags, but not lastIndex", () => {
  const source = /a\/(?<b>.)/dgimsuy;
  source.lastIndex = 3;
  Object.defineProperty(source, "flags", { value: "wrong" });
  const copy = structuredClone(source);
  assert.deepEqual([copy.source, copy.flags, copy.lastIndex], [source.source, "dgimsuy", 0]);
  assert.equal(structuredClone(/[a--b]/v).flags, "v");
});

test("errors keep class, message, stack and cause; of other names they become Error", () => {
  const cause = { code: 7 };
  const copy = structuredClone(new RangeError("far", { cause }));
  assert.ok(copy instanceof RangeError);
  assert.deepEqual([copy.name, copy.message], ["RangeError", "far"]);
  assert.deepEqual(copy.cause, cause);
  assert.notEqual(copy.cause, cause);
  const thrown = new Error("x");
  assert.equal(structuredClone(thrown).stack, thrown.stack);
  assert.deepEqual(Object.keys(copy), []);
  class Own extends TypeError {
    override name = "Own";
    extra = 1;
  }
  const own = structuredClone(new Own("m"));
  assert.equal(Object.getPrototypeOf(own), Error.prototype);
  assert.deepEqual([own.name, own.message, "extra" in own], ["Error", "m", false]);
  assert.equal(Object.hasOwn(structuredClone(new Error()), "message"), false);
  const named = Object.assign(new Error("m"), { name: "SyntaxError" });
  assert.ok(structuredClone(named) instanceof SyntaxError);
  const circle = new Error("m") as Error & { cause: unknown };
  circle.cause = [circle];
  const [inner] = structuredClone(circle).cause as [Error];
  assert.equal((inner.cause as unknown[])[0], inner);
  const guarded = new Error("m");
  Object.defineProperty(guarded, "message", { get: () => assert.fail() });
  Object.defineProperty(guarded, "stack", { get: () => assert.fail() });
  assert.equal(structuredClone(guarded).message, "");
});

test("a DOMException stays one", () => {
  const source = new DOMException("late", "TimeoutError");
  const copy = structuredClone(source);
  assert.ok(copy instanceof DOMException && copy !== source);
  assert.deepEqual([copy.name, copy.message, copy.code], ["TimeoutError", "late", 23]);
  assert.equal(copy.stack, source.stack);
});

test("what has no clone is refused", () => {
  const generator = (function* () {})();
  const detached = new ArrayBuffer(8);
  const view = new Uint8Array(detached);
  detached.transfer();
  const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
  const views = [new Uint8Array(shrunk, 4, 4), new DataView(shrunk, 4, 4)];
  shrunk.resize(2);
  const values: unknown[] = [
    () => {},
    class {},
    Symbol("x"),
    Object(Symbol("x")),
    new WeakMap(),
    new WeakSet(),
    new WeakRef({}),
    new FinalizationRegistry(() => {}),
    Promise.resolve(),
    generator,
    new Map().entries(),
    [][Symbol.iterator](),
    new SharedArrayBuffer(1),
    new Uint8Array(new SharedArrayBuffer(1)),
    new Intl.NumberFormat(),
    new Headers(),
    detached,
    view,
    ...views,
  ];
  for (const value of values) {
    refuses(value);
    refuses({ deep: [new Map([[1, value]])] });
  }
});

test("only objects that inherit from a built-in prototype in vain are plain", () => {
  assert.deepEqual(structuredClone(Object.create(Date.prototype)), {});
  assert.deepEqual(structuredClone(Object.create(RegExp.prototype)), {});
  class Extended extends Map<number, number> {
    extra = 1;
  }
  const copy = structuredClone(new Extended().set(1, 2));
  assert.deepEqual(copy, new Map([[1, 2]]));
  assert.equal(Object.getPrototypeOf(copy), Map.prototype);
});

test("resizable buffers stay resizable", () => {
  const source = new ArrayBuffer(4, { maxByteLength: 16 });
  new Uint8Array(source).set([1, 2, 3, 4]);
  const copy = structuredClone(source);
  assert.deepEqual([copy.resizable, copy.maxByteLength, copy.byteLength], [true, 16, 4]);
  assert.deepEqual(new Uint8Array(copy), new Uint8Array([1, 2, 3, 4]));
});

test("transferred buffers are detached, and their views go along", () => {
  const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
  const view = new Uint8Array(buffer, 1, 2);
  const copy = structuredClone({ key: new Map([[view, buffer]]) }, { transfer: [buffer] });
  assert.equal(buffer.byteLength, 0);
  assert.equal(view.length, 0);
  const [[key, value]] = copy.key as unknown as [[Uint8Array, ArrayBuffer]];
  assert.deepEqual([...key], [2, 3]);
  assert.equal(key.buffer, value);
  const lonely = new ArrayBuffer(3);
  assert.equal(structuredClone(1, { transfer: new Set([lonely]) }), 1);
  assert.equal(lonely.detached, true);
});

test("nothing is transferred when the value cannot be cloned", () => {
  const buffer = new ArrayBuffer(4);
  refuses([buffer, () => {}], { transfer: [buffer] });
  assert.equal(buffer.byteLength, 4);
});

test("the transfer list is checked", () => {
  const buffer = new ArrayBuffer(4);
  const detached = new ArrayBuffer(4);
  detached.transfer();
  refuses(1, { transfer: [buffer, buffer] });
  refuses(1, { transfer: [{}] });
  refuses(1, { transfer: [new Uint8Array(1)] });
  refuses(1, { transfer: [new SharedArrayBuffer(1)] });
  refuses(1, { transfer: [detached] });
  for (const transfer of [1, {}, [1], null]) {
    assert.throws(() => structuredClone(1, { transfer }), TypeError);
  }
  assert.throws(() => structuredClone(1, 1), TypeError);
  assert.equal(structuredClone(1, null), 1);
  assert.equal(buffer.byteLength, 4);
});

test("Blobs are cloned by who knows them", () => {
  const source = { blob: new FakeBlob() };
  const copy = structuredClone(source);
  assert.ok(copy.blob instanceof FakeBlob && copy.blob !== source.blob);
});

test("data of any depth is cloned without recursion", () => {
  let deep: unknown[] = [];
  for (let i = 0; i < 200_000; i++) deep = [deep];
  let copy = structuredClone(deep);
  let depth = 0;
  while (copy.length > 0) {
    copy = copy[0] as unknown[];
    depth++;
  }
  assert.equal(depth, 200_000);
});

test("an error in a getter is the caller's, as it was thrown", () => {
  const source = {
    get x() {
      throw "as it is";
    },
  };
  assert.throws(
    () => structuredClone(source),
    (thrown) => thrown === "as it is",
  );
});
