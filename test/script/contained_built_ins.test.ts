import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "./site_harness.ts";

const LIMITS = { cpu: 50, deadline: 500, memory: 32 };

test("no text of a script brings WebAssembly back", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async () => Response.json([
      typeof WebAssembly,
      typeof globalThis.WebAssembly,
      Object.getOwnPropertyNames(globalThis).filter((name) => /wasm|webassembly/i.test(name)),
      (() => { try { return typeof Function("return WebAssembly")(); } catch (error) { return error.name; } })(),
      typeof Reflect.getOwnPropertyDescriptor(globalThis, "WebAssembly"),
      [Object, Function, Array, Promise].some((one) => "WebAssembly" in one),
      await import("data:application/wasm;base64,AGFzbQEAAAA=").then(() => "loaded", (error) => error.name),
    ]);`,
  );
  const [plain, member, names, made, descriptor, elsewhere, imported] = JSON.parse(
    (await site.get("/")).text,
  );
  assert.deepEqual(
    [plain, member, names, descriptor, elsewhere],
    ["undefined", "undefined", [], "undefined", false],
  );
  assert.match(made, /EvalError|ReferenceError/);
  assert.notEqual(imported, "loaded");
});

test("buffers that could grow are refused: V8 counts them towards no limit", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const attempt = (make) => { try { const buffer = make(); return buffer.resizable ?? buffer.growable; } catch (error) { return error.name + ": " + error.message; } };
    export default () => Response.json([
      attempt(() => new ArrayBuffer(1, { maxByteLength: 2 })),
      attempt(() => new SharedArrayBuffer(1, { maxByteLength: 2 })),
      attempt(() => new (class extends ArrayBuffer {})(1, { maxByteLength: 2 })),
      attempt(() => Reflect.construct(ArrayBuffer, [1, { maxByteLength: 2 }], Object)),
      attempt(() => new (new Uint8Array(1).buffer.constructor)(1, { maxByteLength: 2 })),
      attempt(() => new ArrayBuffer[Symbol.species](1, { maxByteLength: 2 })),
      attempt(() => { let asked = 0; return new ArrayBuffer(1, { get maxByteLength() { return asked++ === 0 ? undefined : 2; } }); }),
      attempt(() => { Object.prototype.construct = Object.prototype.get = () => { throw 1; }; return new ArrayBuffer(1); }),
    ]);`,
  );
  const answers = JSON.parse((await site.get("/")).text) as (string | boolean)[];
  for (const answer of answers.slice(0, 6))
    assert.match(String(answer), /^RangeError: .*maxByteLength is not available/);
  assert.deepEqual(answers.slice(6), [false, false]);
});

test("buffers are what they are elsewhere", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => {
      const bytes = Uint8Array.of(1, 2, 3);
      class Own extends ArrayBuffer { get half() { return this.byteLength / 2; } }
      const own = new Own(8);
      return Response.json([
        bytes.buffer instanceof ArrayBuffer, bytes.buffer.constructor === ArrayBuffer, ArrayBuffer.name, ArrayBuffer.length,
        ArrayBuffer.isView(bytes), bytes.buffer.slice(1) instanceof ArrayBuffer, bytes.buffer.slice(1).byteLength,
        own.half, own instanceof Own, own.slice(4) instanceof Own, new ArrayBuffer(4, {}).byteLength, new ArrayBuffer(4, null).byteLength,
        new SharedArrayBuffer(3).byteLength, structuredClone(bytes).length, bytes.buffer.transfer(9).byteLength,
        Object.prototype.toString.call(new ArrayBuffer(1)), (() => { try { ArrayBuffer(1); } catch (error) { return error.name; } })(),
      ]);
    };`,
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), [
    ...[true, true, "ArrayBuffer", 1, true, true, 2],
    ...[4, true, true, 4, 4, 3, 3, 9, "[object ArrayBuffer]", "TypeError"],
  ]);
});

test("a long array is filled until a limit strikes, and a request is answered again", async (t) => {
  for (const attack of ["Array(1e9).fill(0)", "Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 0)"]) {
    const site = await SiteHarness.start(
      t,
      `export default (request) => { if (request.path === "/well") return 200; ${attack}; };`,
      { limits: LIMITS },
    );
    const started = performance.now();
    assert.equal((await site.get("/")).status, 500);
    assert.ok(performance.now() - started < 2_000, attack);
    assert.equal((await site.get("/well")).status, 200);
  }
});

test("a graph without end in JSON is given up when the limit strikes", async (t) => {
  for (const attack of [
    "JSON.stringify(o)",
    "Response.json(o)",
    "JSON.stringify({ o })",
    "fetch('/', { body: JSON.stringify([o]) })",
  ]) {
    const site = await SiteHarness.start(
      t,
      `export default (request) => {
        if (request.path === "/well") return 200;
        let o = [];
        for (let i = 0; i < 60; i++) o = [o, o];
        return ${attack};
      };`,
      { limits: LIMITS },
    );
    assert.equal((await site.get("/")).status, 500, attack);
    assert.match(site.logText(40), /ran for more than 50 ms/);
    assert.equal((await site.get("/well")).status, 200);
  }
});

test("JSON.stringify writes as it does elsewhere", async (t) => {
  const cases = `[
    JSON.stringify({ a: [1, { b: undefined, c: () => {} }], b: String.fromCharCode(0xd800) }), JSON.stringify([undefined]), typeof JSON.stringify(undefined),
    JSON.stringify({ a: [1] }, null, 2), JSON.stringify({ a: [1] }, ["a"], "-"), JSON.stringify({ a: 1 }, (key, value) => (key === "a" ? 2 : value)),
    JSON.stringify({ toJSON: (key) => "json" + key }), JSON.stringify(new Date(0)), JSON.stringify({ a: [] }, null, undefined), JSON.stringify([1], null, null),
    JSON.stringify.length, JSON.stringify.name, (() => { try { JSON.stringify(1n); } catch (error) { return error.name; } })(),
    (() => { const circle = {}; circle.circle = circle; try { JSON.stringify(circle); } catch (error) { return error.name; } })(),
  ]`;
  const site = await SiteHarness.start(t, `export default () => Response.json(${cases});`);
  // biome-ignore lint/security/noGlobalEval: the same text here and in the isolate.
  assert.deepEqual(JSON.parse((await site.get("/")).text), globalThis.eval(cases));
});

test("fill fills as it does elsewhere", async (t) => {
  const cases = `[
    [[1, 2, 3].fill(0), [1, 2, 3].fill(0, 1), [1, 2, 3].fill(0, -1), [1, 2, 3].fill(0, 0, -1), [].fill.length, [].fill.name],
    [[70_000, 0], [200_000, 65_536], [200_000, -3], [200_000, 1, -1], [131_073, NaN, 131_072], [70_000, 5, 2]].map(([length, from, to]) => {
      const filled = new Array(length).fill(7, from, to);
      return [filled.length, filled.indexOf(7), filled.lastIndexOf(7), filled.reduce((sum, item) => sum + item, 0)];
    }),
    (() => { try { Array.prototype.fill.call(null, 0); } catch (error) { return error.name; } })(),
    Object.keys(Array.prototype.fill.call({ length: 2 }, 1)),
    (() => { let made = 0; try { new Array(70_000).fill.call(Object.freeze(new Array(70_000)), 1); } catch (error) { return error.name; } })(),
  ]`;
  const site = await SiteHarness.start(t, `export default () => Response.json(${cases});`);
  // biome-ignore lint/security/noGlobalEval: the same text here and in the isolate.
  assert.deepEqual(JSON.parse((await site.get("/")).text), globalThis.eval(cases));
});

test("no script can sleep", async (t) => {
  const site = await SiteHarness.start(
    t,
    "export default () => Response.json([typeof Atomics.wait, typeof Atomics.waitAsync, typeof Atomics.add]);",
  );
  assert.deepEqual(JSON.parse((await site.get("/")).text), ["undefined", "undefined", "function"]);
});
