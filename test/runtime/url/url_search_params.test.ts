import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { URLSearchParams } from "../../../core/runtime/url/url_search_params.ts";

const NodeParams = globalThis.URLSearchParams;

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.stringMatching(/^[a-c=&+%;20EBF\ud800é\u{1f600}]{0,12}$/u),
  fc.constantFrom("a", "b", "", "%", "%zz", "%F0%9F", "%EF%BB%BFx", "+", " ", "\ud83d", "*-._~!'()"),
);

/**
 * The query with its non-ASCII characters percent-encoded: the same to the standard, but not to Node, which
 * spoils such characters in a query with malformed percent-encoding.
 */
function asciiOnly(query: string): string {
  return query.toWellFormed().replace(/[^\x00-\x7f]+/g, encodeURIComponent);
}

test("URLSearchParams takes any query apart as Node's does", () => {
  fc.assert(
    fc.property(text, (query) => {
      assert.deepEqual([...new URLSearchParams(query)], [...new NodeParams(asciiOnly(query))]);
      assert.equal(new URLSearchParams(query).toString(), new NodeParams(asciiOnly(query)).toString());
    }),
    { numRuns: 1000 },
  );
});

test("malformed percent-encoding leaves the characters beside it alone", () => {
  assert.equal(new URLSearchParams("%F2é").has("\ufffdé"), true);
});

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "append" as const,
      "set" as const,
      "delete" as const,
      "delete value" as const,
      "sort" as const,
    ),
    name: text,
    value: text,
  }),
  { maxLength: 10 },
);

test("URLSearchParams agrees with Node's on any sequence of changes", () => {
  fc.assert(
    fc.property(text, steps, (query, changes) => {
      const ours = new URLSearchParams(query);
      const theirs = new NodeParams(asciiOnly(query));
      for (const params of [ours, theirs]) {
        for (const { kind, name, value } of changes) {
          if (kind === "sort") params.sort();
          else if (kind === "delete") params.delete(name);
          else if (kind === "delete value") params.delete(name, value);
          else params[kind](name, value);
        }
      }
      assert.equal(ours.toString(), theirs.toString());
      assert.equal(ours.size, theirs.size);
      for (const { name, value } of changes) {
        assert.equal(ours.get(name), theirs.get(name));
        assert.deepEqual(ours.getAll(name), theirs.getAll(name));
        assert.equal(ours.has(name), theirs.has(name));
        assert.equal(ours.has(name, value), theirs.has(name, value));
      }
    }),
  );
});

test("URLSearchParams is made from records and pairs as Node's is", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
      assert.equal(new URLSearchParams(pairs).toString(), new NodeParams(pairs).toString());
      const record = Object.fromEntries(pairs);
      assert.equal(new URLSearchParams(record).toString(), new NodeParams(record).toString());
    }),
  );
  assert.deepEqual(
    [...new URLSearchParams(new URLSearchParams("a=1&b=2"))],
    [
      ["a", "1"],
      ["b", "2"],
    ],
  );
  assert.equal(new URLSearchParams("?a=1").toString(), "a=1");
  assert.equal(new URLSearchParams("??a=1").toString(), "%3Fa=1");
  assert.equal(new URLSearchParams(undefined).toString(), "");
  assert.equal(new URLSearchParams(null as never).toString(), "null=");
  assert.throws(() => new URLSearchParams([["a"]] as never), TypeError);
});

test("URLSearchParams has the members Node's has", () => {
  assert.deepEqual(Object.keys(URLSearchParams.prototype).sort(), Object.keys(NodeParams.prototype).sort());
  const names: string[] = [];
  new URLSearchParams("b=1&a=2").forEach((value, name) => {
    names.push(name + value);
  });
  assert.deepEqual(names, ["b1", "a2"]);
  assert.deepEqual([...new URLSearchParams("a=1&b=2").keys()], ["a", "b"]);
  assert.deepEqual([...new URLSearchParams("a=1&b=2").values()], ["1", "2"]);
  assert.throws(() => URLSearchParams.prototype.entries.call({} as never), TypeError);
});
