// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { expandEnvironment } from "../../core/config/environment.ts";

const environment = { A: "1", EMPTY: "", NESTED: "${A}", DOLLAR: "$& $1" };

test("references are replaced wherever they stand", () => {
  assert.equal(expandEnvironment("x${A}y${A}", environment), "x1y1");
});

test("a default stands in for a variable that is unset or empty", () => {
  assert.equal(expandEnvironment("${NOPE:-a b}|${EMPTY:-c}|${A:-d}|${NOPE:-}", environment), "a b|c|1|");
});

test("a variable that is empty is empty", () => {
  assert.equal(expandEnvironment("[${EMPTY}]", environment), "[]");
});

test("what a variable contains is not looked at again", () => {
  assert.equal(expandEnvironment("${NESTED} ${DOLLAR}", environment), "${A} $& $1");
});

test("two dollars make a literal reference", () => {
  assert.equal(expandEnvironment("$${A} $$$${A} $A {A} $$", environment), "${A} $$${A} $A {A} $$");
});

test("what only looks like a reference is refused", () => {
  for (const text of ["${", "${}", "${A", "${A-b}", "${1}", "${A:b}", "${ A }"]) {
    assert.throws(() => expandEnvironment(text, environment), /is written \$\{NAME\}/, text);
  }
});

test("a text without references stays as it is", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes("${"));
      assert.equal(expandEnvironment(text, environment), text);
    }),
  );
});
