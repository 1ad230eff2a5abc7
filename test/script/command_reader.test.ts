import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandReader, ProtocolError } from "../../core/script/command_reader.ts";

test("a command is read as its letter, its numbers and its texts", () => {
  const reader = new CommandReader("r7\n200\n3\n2\na\nbhé");
  assert.equal(reader.letter(), "r".charCodeAt(0));
  assert.deepEqual([reader.number(), reader.number(), reader.number(), reader.number()], [7, 200, 3, 2]);
  assert.deepEqual([reader.text(3), reader.text(2)], ["a\nb", "hé"]);
  assert.equal(reader.done, true);
});

test("numbers may be negative and have 15 digits", () => {
  const reader = new CommandReader("-1\n999999999999999\n0\n");
  assert.deepEqual([reader.number(), reader.number(), reader.number()], [-1, 999_999_999_999_999, 0]);
});

for (const text of [
  "",
  "\n",
  "-\n",
  "1",
  "1 \n",
  " 1\n",
  "+1\n",
  "1.5\n",
  "1e3\n",
  "--1\n",
  "0x1\n",
  "١\n",
]) {
  test(`${JSON.stringify(text)} is no number`, () => {
    assert.throws(() => new CommandReader(text).number(), ProtocolError);
  });
}

test("a number with more than 15 digits is refused, as it might not be exact", () => {
  assert.throws(() => new CommandReader("1000000000000000\n").number(), ProtocolError);
});

test("a text longer than what is left, or of negative length, is refused", () => {
  assert.throws(() => new CommandReader("abc").text(4), ProtocolError);
  assert.throws(() => new CommandReader("abc").text(-1), ProtocolError);
  assert.equal(new CommandReader("abc").text(0), "");
});

test("lengths count UTF-16 units, so that half a pair stays half a pair", () => {
  assert.equal(new CommandReader("\u{1f600}").text(1), "\ud83d");
});

test("an error shows the place and a short excerpt only", () => {
  const reader = new CommandReader(`ab${"x".repeat(1000)}`);
  reader.letter();
  assert.throws(
    () => reader.number(),
    (error: Error) => /at 1, got "bx/.test(error.message) && error.message.length < 150,
  );
});
