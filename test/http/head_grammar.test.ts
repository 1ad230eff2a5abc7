import assert from "node:assert/strict";
import { test } from "node:test";
import { isValidFieldBlock } from "../../core/http/field_marks.ts";
import { isFieldValue, isToken } from "../../core/http/head_grammar.ts";

test("tokens", () => {
  for (const text of ["a", "X-Y", "!#$%&'*+-.^_`|~09azAZ"]) assert.equal(isToken(text), true, text);
  for (const text of ["", "a b", "a:", "a\r", "\u00e9", "\u0161", "(", "a/b", '"', "\u0000"]) {
    assert.equal(isToken(text), false, text);
  }
});

test("field values: Latin-1 without control characters", () => {
  for (const text of ["", " a\tb ", "\u00e9\u0080\u00ff", "~!"]) assert.equal(isFieldValue(text), true, text);
  for (const text of [
    "a\r\nb",
    "\n",
    "\r",
    "\u0000",
    "\u001f",
    "\u007f",
    "\u0100",
    "\u2028",
    "\ud83d\ude00",
  ]) {
    assert.equal(isFieldValue(text), false, JSON.stringify(text));
  }
});

test("blocks of field lines", () => {
  for (const text of ["", "A: b\r\n", "A:\r\nb-c: d\te\r\n"])
    assert.equal(isValidFieldBlock(text), true, text);
  const bad = [
    "A: b",
    "A: b\n",
    "A: b\r\n\r\n",
    "A : b\r\n",
    "A: b\r\n c\r\n",
    ": b\r\n",
    "A\r\n",
    "\r\n",
    "A: \u0100\r\n",
    "A: b\rC: d\r\n",
  ];
  for (const text of bad) assert.equal(isValidFieldBlock(text), false, JSON.stringify(text));
});
