import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atob, btoa } from "../../../core/runtime/text/base64.ts";

function outcome(call: () => string): string {
  try {
    return JSON.stringify(call());
  } catch (error) {
    return (error as Error).name;
  }
}

test("btoa agrees with Node's on any text", () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[\x00-\xff]{0,20}$/),
    fc.constantFrom("\u0100", "a\u20ac"),
  );
  fc.assert(
    fc.property(text, (data) => {
      assert.equal(
        outcome(() => btoa(data)),
        outcome(() => globalThis.btoa(data)),
      );
    }),
  );
});

test("atob agrees with Node's on any text", () => {
  const text = fc.oneof(
    fc.stringMatching(/^[A-Da-c0-9+/= \n]{0,12}$/),
    fc.base64String(),
    fc.string(),
    fc.constantFrom("=", "ab=", "ab==", "a", "YQ", "YR==", "Y Q = =", "-_"),
  );
  fc.assert(
    fc.property(text, (data) => {
      assert.equal(
        outcome(() => atob(data)),
        outcome(() => globalThis.atob(data)),
      );
    }),
    { numRuns: 1000 },
  );
});

test("long text survives both ways", () => {
  const data = "\x00\xffabc".repeat(10_000);
  assert.equal(atob(btoa(data)), data);
});

test("the error is the one the standard names", () => {
  assert.throws(() => atob("*"), { name: "InvalidCharacterError", code: 5 });
  assert.throws(() => btoa("\u2603"), { name: "InvalidCharacterError" });
});
