import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inspect } from "../../../core/runtime/console/inspect.ts";
import { Blob } from "../../../core/runtime/forms/blob.ts";
import { File } from "../../../core/runtime/forms/file.ts";
import { parseFormData } from "../../../core/runtime/forms/form_codec.ts";
import { FormData } from "../../../core/runtime/forms/form_data.ts";
import { parseForm } from "../../../core/runtime/url/form_urlencoded.ts";

const NodeFormData = globalThis.FormData;
const AnyForm = FormData as unknown as new (form?: unknown) => FormData;

const urlencoded = (body: string | Uint8Array<ArrayBuffer>): FormData =>
  parseFormData(
    typeof body === "string" ? new TextEncoder().encode(body) : body,
    "application/x-www-form-urlencoded",
  );

test("a FormData keeps its entries in the order they were added", () => {
  const form = new FormData();
  form.append("b", "1");
  form.append("a", "2");
  form.append("b", "3");
  assert.deepEqual(
    [...form],
    [
      ["b", "1"],
      ["a", "2"],
      ["b", "3"],
    ],
  );
  assert.equal(form.get("b"), "1");
  assert.deepEqual(form.getAll("b"), ["1", "3"]);
  assert.equal(form.has("c"), false);
  assert.equal(form.get("c"), null);
  assert.deepEqual(form.getAll("c"), []);
  form.set("b", "4");
  assert.deepEqual(
    [...form],
    [
      ["b", "4"],
      ["a", "2"],
    ],
  );
  form.set("c", "5");
  form.delete("a");
  assert.deepEqual([...form.keys()], ["b", "c"]);
  assert.deepEqual([...form.values()], ["4", "5"]);
});

test("names and text values are text with whole characters", () => {
  const form = new FormData();
  form.append("\ud800", "\udc00");
  form.append(null as never, undefined as never);
  form.append("n", 1.5 as never);
  assert.deepEqual(
    [...form],
    [
      ["\ufffd", "\ufffd"],
      ["null", "undefined"],
      ["n", "1.5"],
    ],
  );
  assert.equal(form.has("\udfff"), true);
});

test("a Blob becomes a File named blob, or what the third argument says", async () => {
  const form = new FormData();
  form.append("a", new Blob(["x"], { type: "a/b" }));
  form.append("b", new Blob(["x"]), "n\ud800");
  form.set("c", new Blob([]), undefined);
  const [a, b, c] = [form.get("a"), form.get("b"), form.get("c")] as File[];
  assert.ok(a instanceof File);
  assert.deepEqual([a.name, a.type, await a.text()], ["blob", "a/b", "x"]);
  assert.equal(b!.name, "n\ufffd");
  assert.equal(c!.name, "blob");
});

test("a File stays the very same one unless it is renamed", async () => {
  const file = new File(["x"], "old", { type: "a/b", lastModified: 5 });
  const form = new FormData();
  form.append("a", file);
  form.append("b", file, "new");
  assert.equal(form.get("a"), file);
  const renamed = form.get("b") as File;
  assert.deepEqual(
    [renamed.name, renamed.type, renamed.lastModified, await renamed.text()],
    ["new", "a/b", 5, "x"],
  );
});

test("wrong arguments are refused", () => {
  const form = new FormData();
  const call = (method: Exclude<keyof FormData, symbol>, ...values: unknown[]) => {
    assert.throws(
      () => (form[method] as (...given: unknown[]) => unknown)(...values),
      TypeError,
      `${method} of ${values.length}`,
    );
  };
  call("append");
  call("append", "a");
  call("append", "a", "b", "name");
  call("append", "a", "b", undefined);
  call("append", "a", { size: 1, type: "" }, "name");
  call("append", "a", Symbol("x"));
  call("set", "a");
  call("set", "a", "b", "name");
  call("get");
  call("getAll");
  call("has");
  call("delete");
  call("forEach");
  call("forEach", {});
  assert.deepEqual([...form], []);
  for (const init of [null, {}, 1, "x"]) assert.throws(() => new AnyForm(init), TypeError);
  assert.ok(new AnyForm(undefined));
  const methods = FormData.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
  for (const name of ["append", "get", "keys", "entries"]) {
    assert.throws(() => methods[name]!.call(new NodeFormData(), "a", "b"), TypeError);
  }
});

test("iterators and forEach see what changes on the way", () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("b", "2");
  const seen: string[] = [];
  for (const [name] of form) {
    seen.push(name);
    if (name === "a") {
      form.delete("b");
      form.append("c", "3");
    }
  }
  assert.deepEqual(seen, ["a", "c"]);
  const calls: unknown[][] = [];
  const receiver = {};
  form.forEach(function (this: unknown, ...given) {
    if (calls.length === 0) form.append("d", "4");
    calls.push([this, ...given]);
  }, receiver);
  assert.deepEqual(
    calls.map((call) => call[2]),
    ["a", "c", "d"],
  );
  assert.equal(calls[0]![0], receiver);
  assert.equal(calls[0]![3], form);
});

test("FormData looks as Web IDL prescribes", () => {
  const form = new FormData();
  assert.deepEqual(Object.keys(FormData.prototype).sort(), Object.keys(NodeFormData.prototype).sort());
  assert.equal(Object.prototype.toString.call(form), "[object FormData]");
  assert.equal(Object.prototype.toString.call(form.keys()), "[object FormData Iterator]");
  assert.equal(FormData.prototype[Symbol.iterator], FormData.prototype.entries);
  const lengths = (target: object) =>
    ["append", "set", "get", "getAll", "has", "delete", "forEach", "entries"].map(
      (name) => (target as Record<string, () => void>)[name]!.length,
    );
  assert.deepEqual(lengths(FormData.prototype), [2, 2, 1, 1, 1, 1, 1, 0]);
  assert.equal(FormData.length, 0);
  assert.throws(() => new (form.keys().constructor as new () => unknown)(), TypeError);
});

test("console shows the entries", () => {
  const form = new FormData();
  form.append("a", "1");
  form.append("f", new File(["xyz"], "f.txt", { lastModified: 0 }));
  assert.equal(
    inspect(form),
    'FormData { entries: [["a", "1"], ["f", File { size: 3, type: "", name: "f.txt", lastModified: 0 }]] }',
  );
});

test("FormData agrees with Node's on any sequence of changes", () => {
  const name = fc.constantFrom("a", "b", "c", "\ud800");
  const kind = fc.constantFrom("append" as const, "set" as const, "delete" as const);
  const steps = fc.array(fc.record({ kind, name, value: fc.string({ maxLength: 3 }) }), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (changes) => {
      const ours = new FormData();
      const theirs = new NodeFormData();
      for (const form of [ours, theirs]) {
        for (const change of changes) {
          if (change.kind === "delete") form.delete(change.name);
          else form[change.kind](change.name, change.value);
        }
      }
      assert.deepEqual([...ours], [...theirs]);
      for (const wanted of ["a", "b", "\ufffd"]) {
        assert.equal(ours.get(wanted), theirs.get(wanted));
        assert.deepEqual(ours.getAll(wanted), theirs.getAll(wanted));
        assert.equal(ours.has(wanted), theirs.has(wanted));
      }
    }),
  );
});

test("urlencoded bodies are parsed as URLSearchParams parses a query", () => {
  assert.deepEqual([...urlencoded("")], []);
  assert.deepEqual(
    [...urlencoded("a=1&b=%26+&&c&=d&%zz")],
    [
      ["a", "1"],
      ["b", "& "],
      ["c", ""],
      ["", "d"],
      ["%zz", ""],
    ],
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[ab=&+%20EF\u00e9\u{1f600}]{0,30}$/u), (body) => {
      const ascii = body.replace(/[^\x00-\x7f]+/gu, encodeURIComponent);
      assert.deepEqual([...urlencoded(body)], [...new URLSearchParams(ascii)]);
    }),
  );
});

test("bytes beyond ASCII are as good as percent-encoded ones", () => {
  const bytes = Uint8Array.from([0x61, 0xc3, ...Buffer.from("%A4=1&b="), 0xff]);
  assert.deepEqual(
    [...urlencoded(bytes)],
    [
      ["aä", "1"],
      ["b", "\ufffd"],
    ],
  );
});

test("a body of too many pairs is refused", () => {
  assert.equal([...urlencoded("a&".repeat(9_999))].length, 9_999);
  assert.throws(() => urlencoded("a&".repeat(10_000)), /more than 10000 pairs/);
});

test("a query of very many names without a value is taken apart without searching it again for each", () => {
  const start = performance.now();
  assert.equal(parseForm("a&".repeat(400_000)).length, 800_000);
  // Searching the rest for a "=" each time takes half a minute.
  assert.ok(performance.now() - start < 5_000);
});

test("a type that is none of a form is refused", () => {
  const empty = () => new Uint8Array(0);
  for (const type of [
    "",
    "text/plain",
    "multipart/form-datax",
    "multipart/mixed; boundary=b",
    "application/x-www-form-urlencodedx",
  ]) {
    assert.throws(() => parseFormData(empty(), type), TypeError, type);
  }
  for (const type of [
    "Application/X-WWW-Form-Urlencoded",
    "application/x-www-form-urlencoded;charset=UTF-8",
  ]) {
    assert.deepEqual([...parseFormData(empty(), type)], []);
  }
});
