import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Blob } from "../../../core/runtime/forms/blob.ts";
import { defineBlobStreams, type ReadableStreamClass } from "../../../core/runtime/forms/blob_stream.ts";

const NodeBlob = globalThis.Blob;
defineBlobStreams(Blob, () => globalThis.ReadableStream as unknown as ReadableStreamClass);

const text = (blob: Blob): Promise<string> => blob.text();

/** The chunks of a stream, put together. */
async function drain(stream: object): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream as ReadableStream<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a Blob is its parts in their order: text, buffers, views, Blobs, and the text of anything else", async () => {
  const buffer = new Uint8Array([97, 98, 99, 100]).buffer;
  const blob = new Blob([
    "é\ud800",
    buffer,
    new Uint8Array(buffer, 1, 2),
    new DataView(buffer, 3),
    new Uint16Array([0x4141]),
    new Blob(["inner"]),
    12 as never,
    null as never,
    { toString: () => "own" } as never,
  ]);
  assert.equal(await text(blob), "é\ufffdabcdbcdAAinner12nullown");
  assert.equal(blob.size, 28);
  assert.equal(new Blob().size, 0);
  assert.equal(new Blob(undefined).size, 0);
  assert.equal(await text(new Blob(new Set(["a", "b"]))), "ab");
  assert.equal(await text(new Blob(new String("xyz"))), "xyz");
});

test("parts that are not iterable are refused", () => {
  for (const parts of [null, "text", 1, true, {}, Symbol.iterator, () => 1, /x/, new Date()]) {
    assert.throws(() => new Blob(parts as never), TypeError, String(parts));
  }
  assert.throws(() => new Blob([Symbol("x") as never]), TypeError);
  assert.throws(() => new Blob([], 1 as never), TypeError);
  assert.throws(() => (Blob as unknown as () => void)(), TypeError);
});

test("shared and resizable memory is refused, detached buffers are empty", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  assert.throws(() => new Blob([shared as never]), TypeError);
  assert.throws(() => new Blob([new DataView(new SharedArrayBuffer(1)) as never]), TypeError);
  assert.throws(() => new Blob([new ArrayBuffer(1, { maxByteLength: 2 })]), TypeError);
  const buffer = new ArrayBuffer(4);
  const views = [new Uint8Array(buffer), new DataView(buffer), buffer];
  structuredClone(buffer, { transfer: [buffer] });
  assert.equal(new Blob(views).size, 0);
});

test("bytes are copied: changing the source, or what was read, changes no Blob", async () => {
  const source = new Uint8Array([1, 2, 3]);
  const blob = new Blob([source]);
  source.fill(9);
  const bytes = await blob.bytes();
  assert.deepEqual([...bytes], [1, 2, 3]);
  bytes.fill(9);
  new Uint8Array(await blob.arrayBuffer()).fill(9);
  const slice = await blob.slice(1).bytes();
  assert.equal(slice.buffer.byteLength, 2, "the buffer holds nothing of the rest");
  assert.deepEqual([...slice], [2, 3]);
  assert.deepEqual([...(await drain(blob.stream()))], [1, 2, 3]);
});

test("the type is in lower case, or empty when it has other characters than printable ASCII", () => {
  for (const type of [
    "text/plain",
    "TEXT/Plain; Charset=UTF-8",
    "a\u0000",
    "te\x09xt",
    "\x7f",
    "é",
    "ſ",
    " ~",
  ]) {
    assert.equal(new Blob([], { type }).type, new NodeBlob([], { type }).type, JSON.stringify(type));
  }
  assert.equal(new Blob([], { type: null as never }).type, "null");
  assert.equal(new Blob([], null).type, "");
});

test("native line endings become line feeds, in each text by itself", async () => {
  const parts = ["a\r\nb\rc\nd\r\r\n\n", "\n", "x\r", "\ny"];
  assert.equal(await text(new Blob(parts, { endings: "native" })), "a\nb\nc\nd\n\n\n\nx\n\ny");
  assert.equal(await text(new Blob(parts, { endings: "transparent" })), parts.join(""));
  assert.equal(await text(new Blob([new Blob(["\r\n"])], { endings: "native" })), "\r\n");
  assert.throws(() => new Blob([], { endings: "NATIVE" as never }), TypeError);
});

test("arguments are converted in the order of Web IDL, and bytes are taken after that", async () => {
  const order: string[] = [];
  const bytes = new Uint8Array([97]);
  const blob = new Blob(
    [
      bytes,
      {
        toString() {
          order.push("part");
          bytes[0] = 98;
          return "x";
        },
      } as never,
    ],
    {
      get type() {
        order.push("type");
        return "a/b";
      },
      get endings() {
        order.push("endings");
        return "native" as const;
      },
    },
  );
  assert.deepEqual(order, ["part", "endings", "type"]);
  assert.equal(await text(blob), "bx");
});

test("text() reads UTF-8 without its byte order mark, malformed bytes as U+FFFD", async () => {
  assert.equal(await text(new Blob([new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff, 0xc3])])), "a\ufffd\ufffd");
  assert.equal(await text(new Blob(["\ufeff\ufeffx"])), "\ufeffx");
});

test("slice() clamps and rounds its positions", async () => {
  const blob = new Blob(["abcdef"], { type: "a/b" });
  const cases: [unknown[], string][] = [
    [[], "abcdef"],
    [[2], "cdef"],
    [[-2], "ef"],
    [[1, 3], "bc"],
    [[-4, -2], "cd"],
    [[4, 2], ""],
    [[-100, 100], "abcdef"],
    [[7], ""],
    [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], "abcdef"],
    [[Number.NaN, 2], "ab"],
    [[0, Number.NaN], ""],
    [[undefined, undefined], "abcdef"],
    [[null, null], ""],
    [["1", "3"], "bc"],
    [[0.5, 1.5], "ab"],
    [[1.5], "cdef"],
    [[-1.5], "ef"],
    [[-0.4], "abcdef"],
    [[0, 2.5], "ab"],
    [[0, 2 ** 64], "abcdef"],
  ];
  for (const [given, expected] of cases) {
    const slice = blob.slice(...(given as [number, number]));
    assert.equal(await text(slice), expected, given.join());
    assert.equal(slice.size, expected.length);
    assert.equal(slice.type, "");
  }
  assert.equal(blob.slice(0, 1, "X/Y").type, "x/y");
  assert.equal(blob.slice(0, 1, "é").type, "");
  assert.throws(() => blob.slice(1n as never), TypeError);
});

const parts: fc.Arbitrary<(string | Uint8Array<ArrayBuffer>)[]> = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>,
  ),
  { maxLength: 5 },
);

test("any Blob, sliced again and again, is what Node's is", async () => {
  const position = fc.option(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer()), { nil: undefined });
  const steps = fc.array(fc.tuple(position, position), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(parts, steps, async (list, slices) => {
      let ours = new Blob(list);
      let theirs = new NodeBlob(list);
      for (const [start, end] of slices) {
        ours = ours.slice(start, end);
        theirs = theirs.slice(start, end);
      }
      assert.equal(ours.size, theirs.size);
      assert.deepEqual(Buffer.from(await ours.arrayBuffer()), Buffer.from(await theirs.arrayBuffer()));
      assert.deepEqual(await drain(ours.stream()), await drain(theirs.stream()));
      assert.equal(await ours.text(), await theirs.text());
    }),
    { numRuns: 200 },
  );
});

test("stream() gives large content in chunks, also into a reader's own buffer", async () => {
  const content = new Uint8Array(200_000).map((_, i) => i % 251);
  const blob = new Blob([content]);
  assert.deepEqual(await drain(blob.stream()), Buffer.from(content));
  const reader = (blob.slice(0, 70_000).stream() as ReadableStream).getReader({ mode: "byob" });
  const read: number[] = [];
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(1_000));
    if (value !== undefined) read.push(...value);
    if (done) break;
  }
  assert.deepEqual(read, [...content.subarray(0, 70_000)]);
  const empty = (new Blob().stream() as ReadableStream).getReader({ mode: "byob" });
  assert.equal((await empty.read(new Uint8Array(1))).done, true);
});

test("textStream() gives text, characters whole wherever its chunks end", async () => {
  for (const content of ["", "\ufeff", "\ufeffab", `${"x".repeat(65_535)}é\u{1f600}y`, "€".repeat(100_000)]) {
    let read = "";
    for await (const chunk of new Blob([content]).textStream() as ReadableStream<string>) read += chunk;
    assert.equal(read, content.replace(/^\ufeff/, ""));
  }
});

test("a stream that is given up reads no further", async () => {
  const stream = new Blob([new Uint8Array(200_000)]).stream() as ReadableStream<Uint8Array>;
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal((await reader.read()).done, true);
});

test("methods for what is no Blob fail: at once, or by rejecting", async () => {
  const { prototype } = Blob;
  assert.throws(() => prototype.size, TypeError);
  assert.throws(() => prototype.slice.call({}), TypeError);
  assert.throws(() => prototype.stream.call({}), TypeError);
  for (const method of ["text", "arrayBuffer", "bytes"] as const) {
    const call = prototype[method] as (this: unknown) => Promise<unknown>;
    await assert.rejects(async () => call.call(new NodeBlob()), TypeError);
    const result = call.call({});
    assert.ok(result instanceof Promise);
    await assert.rejects(result, TypeError);
  }
});

test("Blob looks as Web IDL prescribes", () => {
  const members = Object.keys(NodeBlob.prototype).sort();
  assert.deepEqual(Object.keys(Blob.prototype).sort(), [...new Set([...members, "textStream"])].sort());
  assert.equal(Object.prototype.toString.call(new Blob()), "[object Blob]");
  assert.equal(Blob.length, 0);
  assert.equal(Blob.prototype.slice.length, 0);
  assert.equal("prototype" in Blob.prototype.stream, false);
});

test("scripts reach a Blob's bytes by no replaced method of typed arrays", async (t) => {
  const blob = new Blob(["secret"], { type: "a/b" });
  const seen: unknown[] = [];
  const TypedArray = Object.getPrototypeOf(Uint8Array) as { prototype: object };
  const replace = (target: object, name: PropertyKey, replacement: PropertyDescriptor) => {
    const original = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { ...replacement, configurable: true });
    t.after(() => {
      if (original === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, original);
    });
  };
  const spy = (target: object, name: PropertyKey) => {
    const original = Object.getOwnPropertyDescriptor(target, name)!;
    const inner = (original.get ?? original.value) as (...values: unknown[]) => unknown;
    function spied(this: unknown, ...values: unknown[]): unknown {
      seen.push(this);
      return inner.apply(this, values);
    }
    replace(target, name, original.get === undefined ? { value: spied } : { get: spied });
  };
  for (const name of [
    "slice",
    "subarray",
    "set",
    "length",
    "buffer",
    "byteOffset",
    "byteLength",
    Symbol.iterator,
  ]) {
    spy(TypedArray.prototype, name);
  }
  const results = [
    blob.text(),
    blob.bytes(),
    blob.arrayBuffer(),
    blob.slice(1).text(),
    new Blob([blob, "x"]).text(),
  ];
  const size = blob.size;
  const stolen = [...seen];
  assert.equal(size, 6);
  // What scripts may have seen are copies, made for one reading.
  for (const bytes of stolen) if (bytes instanceof Uint8Array) bytes[0] = 0;
  await Promise.all(results);
  assert.equal(await blob.text(), "secret");
});
