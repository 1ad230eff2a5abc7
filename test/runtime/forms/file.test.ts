import assert from "node:assert/strict";
import { test } from "node:test";
import { Blob } from "../../../core/runtime/forms/blob.ts";
import { File, isFile } from "../../../core/runtime/forms/file.ts";

const NodeFile = globalThis.File;

test("a File is a Blob with a name and a time", async () => {
  const before = Date.now();
  const file = new File(["ab", new Blob(["c"])], "x.txt", { type: "Text/Plain", endings: "native" });
  assert.ok(file instanceof Blob);
  assert.equal(file.name, "x.txt");
  assert.equal(file.type, "text/plain");
  assert.equal(await file.text(), "abc");
  assert.ok(file.lastModified >= before && file.lastModified <= Date.now());
  const slice = file.slice(1);
  assert.equal(await slice.text(), "bc");
  assert.equal(slice instanceof File, false);
});

test("a File needs parts and a name, and the parts must be iterable", () => {
  const make = File as unknown as new (...values: unknown[]) => File;
  assert.throws(() => new make(), TypeError);
  assert.throws(() => new make([]), TypeError);
  for (const bits of [undefined, null, "text", 1, {}]) assert.throws(() => new make(bits, "x"), TypeError);
  assert.equal(new make([], undefined).name, "undefined");
});

test("the name is text with whole characters", () => {
  for (const name of ["", "a/b", "\ud800x", "é", null, 12]) {
    assert.equal(new File([], name as string).name, new NodeFile([], name as string).name);
  }
  assert.throws(() => new File([], Symbol("x") as never), TypeError);
});

test("lastModified is converted to a signed number of 64 bits", () => {
  const cases: [unknown, number][] = [
    [0, 0],
    [-1, -1],
    [1.9, 1],
    [-1.9, -1],
    [-0.5, 0],
    ["12", 12],
    [null, 0],
    [true, 1],
    [new Date(5), 5],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [2 ** 53, 2 ** 53],
    [2 ** 63, -(2 ** 63)],
    [-(2 ** 63), -(2 ** 63)],
    [2 ** 64, 0],
    [2 ** 64 + 4096, 4096],
    [-(2 ** 63) - 4096, 2 ** 63 - 4096],
  ];
  for (const [given, expected] of cases) {
    const { lastModified } = new File([], "x", { lastModified: given as number });
    assert.ok(Object.is(lastModified, expected), `${String(given)}: ${lastModified}`);
  }
  assert.throws(() => new File([], "x", { lastModified: 1n as never }), TypeError);
});

test("arguments are converted in the order of Web IDL", () => {
  const order: string[] = [];
  const note = (what: string) => ({ toString: () => `${order.push(what)}` });
  new File([note("part") as never], note("name") as never, {
    get lastModified() {
      order.push("lastModified");
      return 0;
    },
    get type() {
      order.push("type");
      return "";
    },
    get endings() {
      order.push("endings");
      return "native" as const;
    },
  });
  assert.deepEqual(order, ["part", "name", "endings", "type", "lastModified"]);
});

test("a File is known by what it is, not by its prototype", () => {
  const file = new File([], "x");
  Object.setPrototypeOf(file, Blob.prototype);
  assert.equal(isFile(file), true);
  assert.equal(isFile(Object.create(File.prototype)), false);
  assert.throws(() => File.prototype.name, TypeError);
});

test("File looks as Web IDL prescribes", () => {
  assert.deepEqual(Object.keys(File.prototype).sort(), Object.keys(NodeFile.prototype).sort());
  assert.equal(Object.prototype.toString.call(new File([], "x")), "[object File]");
  assert.equal(File.length, 2);
  assert.equal(Object.getPrototypeOf(File), Blob);
});
