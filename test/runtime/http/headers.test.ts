import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  changedFields,
  Headers,
  headersFromText,
  headersToText,
  makeHeadersImmutable,
} from "../../../core/runtime/http/headers.ts";

const NodeHeaders = globalThis.Headers;

const names = fc.constantFrom(
  "a",
  "A",
  "b",
  "Set-Cookie",
  "set-cookie",
  "X-Long-Name",
  "x-long-name",
  "Accept",
);
const values = fc.stringMatching(/^[ \t\r\n]*[\x21-\x7e\x80-\xff \t]{0,8}[ \t\r\n]*$/);
const operations = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("append" as const), name: names, value: values }),
    fc.record({ kind: fc.constant("set" as const), name: names, value: values }),
    fc.record({ kind: fc.constant("delete" as const), name: names, value: fc.constant("") }),
  ),
  { maxLength: 12 },
);

test("Headers agrees with Node's on any sequence of changes", () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const ours = new Headers();
      const theirs = new NodeHeaders();
      for (const { kind, name, value } of steps) {
        if (kind === "delete") {
          ours.delete(name);
          theirs.delete(name);
        } else {
          ours[kind](name, value);
          theirs[kind](name, value);
        }
      }
      assert.deepEqual([...ours], [...theirs]);
      assert.deepEqual([...ours.keys()], [...theirs.keys()]);
      assert.deepEqual([...ours.values()], [...theirs.values()]);
      assert.deepEqual(ours.getSetCookie(), theirs.getSetCookie());
      for (const { name } of steps) {
        assert.equal(ours.get(name), theirs.get(name));
        assert.equal(ours.has(name), theirs.has(name));
      }
    }),
  );
});

test("what goes over the wire is the same headers again", () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const headers = new Headers();
      for (const { kind, name, value } of steps)
        kind === "delete" ? headers.delete(name) : headers[kind](name, value);
      assert.deepEqual([...headersFromText(headersToText(headers))], [...headers]);
    }),
  );
});

test("Headers is made from records, pairs and other headers as Node's is", () => {
  const inputs: (Record<string, string> | [string, string][])[] = [
    { b: "1", A: "2" },
    [
      ["b", "1"],
      ["a", "2"],
      ["b", "3"],
    ],
  ];
  for (const input of inputs) {
    assert.deepEqual([...new Headers(input)], [...new NodeHeaders(input)]);
    assert.deepEqual([...new Headers(new Headers(input))], [...new NodeHeaders(input)]);
  }
  assert.deepEqual([...new Headers(new Map([["x", "1"]]))], [["x", "1"]]);
});

test("a copy of Headers is independent of the original", () => {
  for (const original of [headersFromText("A: 1\r\n"), new Headers({ A: "1" })]) {
    const copy = new Headers(original);
    copy.set("a", "2");
    assert.equal(original.get("a"), "1");
    original.append("b", "3");
    assert.equal(copy.has("b"), false);
  }
});

test("Headers refuses what is not a field", () => {
  const headers = new Headers();
  for (const name of ["", " ", "a b", "a:", "a\r\n", "é", "\u2603", "a\0"]) {
    assert.throws(() => headers.set(name, "x"), TypeError, JSON.stringify(name));
    assert.throws(() => headers.get(name), TypeError, JSON.stringify(name));
  }
  for (const value of ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u2603", "a\x01b", "a\x7f"]) {
    assert.throws(() => headers.append("a", value), TypeError, JSON.stringify(value));
  }
  assert.deepEqual([...headers], []);
});

test("Headers refuses what is not an initialiser", () => {
  for (const init of [
    null,
    1,
    "a",
    [["a"]],
    [["a", "b", "c"]],
    ["ab"],
    { "a b": "c" },
    { [Symbol("s")]: "x" },
  ]) {
    assert.throws(() => new Headers(init as never), TypeError);
  }
});

test("unread and unchanged headers go back as the very text they came in", () => {
  const text = "hOsT:  example.org \r\nX-Y:\r\nX-y: 2\r\n";
  const headers = headersFromText(text);
  assert.equal(headersToText(headers), text);
  assert.equal(headers.get("HOST"), "example.org");
  assert.equal(headers.get("x-y"), ", 2");
  headers.delete("missing");
  assert.equal(headersToText(headers), text);
  assert.equal(changedFields(headers) !== undefined, false);
});

test("a field is found the same in text and taken apart", () => {
  const text = "A: 1\r\nAb:2\r\na:\t3 \r\nB:a: 4\r\nx-long:\r\n";
  for (const name of ["a", "ab", "A", "b", "x-long", "x-lon", "missing"]) {
    const parsed = headersFromText(text);
    assert.ok([...parsed].length > 0);
    const headers = headersFromText(text);
    for (let look = 0; look < 4; look++) assert.equal(headers.get(name), parsed.get(name), name);
    assert.equal(headersFromText(text).has(name), parsed.has(name), name);
  }
  assert.equal(headersFromText(text).get("a"), "1, 3");
});

test("a change keeps the other fields' names as they were", () => {
  const headers = headersFromText("hOsT: a\r\nX-One: 1\r\nX-Two: 2\r\n");
  headers.set("x-one", "3");
  headers.append("New", "4");
  assert.equal(changedFields(headers) !== undefined, true);
  assert.equal(headersToText(headers), "hOsT: a\r\nX-One: 3\r\nX-Two: 2\r\nNew: 4\r\n");
});

test("immutable headers can be read and copied, but not changed", () => {
  const headers = new Headers({ a: "1" });
  makeHeadersImmutable(headers);
  assert.throws(() => headers.set("a", "2"), TypeError);
  assert.throws(() => headers.append("b", "2"), TypeError);
  assert.throws(() => headers.delete("a"), TypeError);
  assert.equal(headers.get("a"), "1");
  const copy = new Headers(headers);
  copy.set("a", "2");
  assert.equal(copy.get("a"), "2");
});

test("iterating sees what is added on the way", () => {
  const headers = new Headers({ a: "1" });
  const seen: string[] = [];
  for (const [name] of headers) {
    seen.push(name);
    if (name === "a") headers.set("b", "2");
  }
  assert.deepEqual(seen, ["a", "b"]);
});

test("forEach gives value, name, headers and this", () => {
  const headers = new Headers({ b: "2", a: "1" });
  const calls: unknown[] = [];
  headers.forEach(function (this: unknown, value, name, all) {
    calls.push([this, value, name, all === headers]);
  }, "me");
  assert.deepEqual(
    calls.map((call) => (call as unknown[]).slice(1)),
    [
      ["1", "a", true],
      ["2", "b", true],
    ],
  );
});

test("the iterators have the shape Web IDL prescribes", () => {
  const iterator = new Headers({ a: "1" }).entries();
  assert.equal(
    Object.getPrototypeOf(Object.getPrototypeOf(iterator)),
    Object.getPrototypeOf(Object.getPrototypeOf([].values())),
  );
  assert.equal(Headers.prototype[Symbol.iterator], Headers.prototype.entries);
  assert.equal(Object.prototype.toString.call(new Headers()), "[object Headers]");
  assert.deepEqual(
    Object.keys(Headers.prototype).sort(),
    Object.keys(NodeHeaders.prototype)
      .filter((name) => name !== "constructor")
      .sort(),
  );
  for (const method of ["entries", "get", "has", "forEach", "append"] as const) {
    assert.throws(() => Reflect.apply(Headers.prototype[method], {}, ["a", "b"]), TypeError);
  }
});
