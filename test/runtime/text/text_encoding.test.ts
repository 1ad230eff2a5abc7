import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TextDecoder, TextEncoder } from "../../../core/runtime/text/text_encoding.ts";

const NodeEncoder = globalThis.TextEncoder;
const NodeDecoder = globalThis.TextDecoder;

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.stringMatching(/^[a\ud83d\ude00é\u20ac]{0,9}$/u),
);
/** Bytes that begin, continue and break UTF-8 sequences, more often than chance. */
const anyBytes = fc.array(
  fc.oneof(
    fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xa0,
      0xed,
      0x9f,
      0xef,
      0xbb,
      0xbf,
      0xf0,
      0x90,
      0xf4,
      0x8f,
      0xf5,
    ),
    fc.integer({ min: 0, max: 255 }),
  ),
  { maxLength: 24 },
);

function outcome(decode: () => string): string {
  try {
    return JSON.stringify(decode());
  } catch (error) {
    return (error as Error).name;
  }
}

test("TextEncoder agrees with Node's on any text", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 20 }), (text, space) => {
      assert.deepEqual(new TextEncoder().encode(text), new NodeEncoder().encode(text));
      const ours = new Uint8Array(space);
      const theirs = new Uint8Array(space);
      assert.deepEqual(
        { ...new TextEncoder().encodeInto(text, ours) },
        { ...new NodeEncoder().encodeInto(text, theirs) },
      );
      assert.deepEqual(ours, theirs);
    }),
    { numRuns: 500 },
  );
});

for (const label of ["utf-8", "utf-16le", "latin1"]) {
  test(`TextDecoder agrees with Node's on any ${label} bytes, whole and in pieces`, () => {
    const options = fc.record({ fatal: fc.boolean(), ignoreBOM: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyBytes, { minLength: 1, maxLength: 4 }), options, (pieces, flags) => {
        const ours = new TextDecoder(label, flags);
        const theirs = new NodeDecoder(label, flags);
        for (const [i, piece] of pieces.entries()) {
          const stream = i < pieces.length - 1;
          const expected = outcome(() => theirs.decode(new Uint8Array(piece), { stream }));
          assert.equal(
            outcome(() => ours.decode(new Uint8Array(piece), { stream })),
            expected,
          );
          // The standard leaves open what a decoder does after it has thrown.
          if (expected === "TypeError") return;
        }
      }),
      { numRuns: 1000 },
    );
  });
}

test("text survives encoding and decoding, however long", () => {
  const text = "grüße \u{1f600} ".repeat(20_000);
  assert.equal(new TextDecoder().decode(new TextEncoder().encode(text)), text);
  const ascii = "x".repeat(100_000);
  assert.equal(new TextDecoder().decode(new TextEncoder().encode(ascii)), ascii);
});

test("TextDecoder reads views and buffers", () => {
  const bytes = new Uint8Array([0x78, 0x61, 0x62, 0x63]);
  const decoder = new TextDecoder();
  assert.equal(decoder.decode(bytes.subarray(1)), "abc");
  assert.equal(decoder.decode(bytes.buffer), "xabc");
  assert.equal(decoder.decode(new DataView(bytes.buffer, 1, 2)), "ab");
  assert.equal(decoder.decode(), "");
  assert.throws(() => decoder.decode("abc" as never), TypeError);
});

test("TextDecoder knows labels as Node's does and refuses other encodings", () => {
  for (const label of ["UTF8", " utf-8\n", "unicode-1-1-utf-8", "utf-16", "ASCII", "iso-8859-1", "cp1252"]) {
    assert.equal(new TextDecoder(label).encoding, new NodeDecoder(label).encoding, label);
  }
  for (const label of ["shift_jis", "utf-7", "", "nonsense"])
    assert.throws(() => new TextDecoder(label), RangeError);
});
