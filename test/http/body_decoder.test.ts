import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BodyDecoder } from "../../core/http/body_decoder.ts";
import { CHUNKED, UNTIL_CLOSE } from "../../core/http/body_framing.ts";
import { HttpError } from "../../core/http/http_error.ts";

/** Notes what it was told; `open` false makes it want no more after each piece. */
function recorder(open = true) {
  return {
    text: "",
    ended: 0,
    error: undefined as Error | undefined,
    data(chunk: Buffer): boolean {
      assert.ok(chunk.length > 0);
      this.text += chunk.toString("latin1");
      return open;
    },
    end(): void {
      this.ended++;
    },
    fail(error: Error): void {
      this.error = error;
    },
  };
}

/** Feeds `pieces` one after the other, giving again what was not consumed. Returns what is left at the end. */
function decodeAll(decoder: BodyDecoder, pieces: string[], sink = recorder()): string {
  let left = "";
  for (const piece of pieces) {
    const chunk = Buffer.from(piece, "latin1");
    let offset = 0;
    while (offset < chunk.length && !decoder.done) offset = decoder.decode(chunk, offset, sink);
    left += piece.slice(offset);
  }
  return left;
}

function statusOf(run: () => void): number {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof HttpError);
    return error.status;
  }
  return 0;
}

test("a body of known length leaves what is behind it", () => {
  const sink = recorder();
  const decoder = new BodyDecoder(5, 100);
  assert.equal(decodeAll(decoder, ["ab", "cdeGET"], sink), "GET");
  assert.deepEqual([sink.text, sink.ended, decoder.received], ["abcde", 1, 5]);
});

test("no body is done from the start and tells the sink nothing", () => {
  const decoder = new BodyDecoder(0, 100);
  const sink = recorder();
  assert.equal(decoder.done, true);
  decoder.finish(sink);
  assert.deepEqual([sink.ended, sink.error], [0, undefined]);
});

test("a chunked body with extensions and trailers split anywhere gives the same data", () => {
  const wire =
    '5;a=b;c="d;\\"e" ; f\r\nhello\r\n00b\r\n\r\n0\r\nwo5\r\n!\r\nA\r\n0123456789\r\n0;x\r\nT: 1\r\nU:\r\n\r\nNEXT';
  for (let i = 0; i <= wire.length; i++) {
    for (const pieces of [
      [wire.slice(0, i), wire.slice(i)],
      [wire.slice(0, i), ...wire.slice(i)],
    ]) {
      const sink = recorder();
      const left = decodeAll(new BodyDecoder(CHUNKED, 100), pieces, sink);
      assert.deepEqual(
        [sink.text, sink.ended, left],
        ["hello\r\n0\r\nwo5\r\n!0123456789", 1, "NEXT"],
        `split at ${i}`,
      );
    }
  }
});

test("any data in any chunks comes out as it went in", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 })),
      fc.nat(),
      (chunks, seed) => {
        const wire = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("")}0\r\n\r\n`;
        const cut = seed % wire.length;
        const sink = recorder();
        decodeAll(new BodyDecoder(CHUNKED, 10_000), [wire.slice(0, cut), wire.slice(cut)], sink);
        assert.deepEqual([sink.text, sink.ended], [chunks.join(""), 1]);
      },
    ),
  );
});

test("a sink that wants no more stops decoding at the chunk", () => {
  const sink = recorder(false);
  const decoder = new BodyDecoder(CHUNKED, 100);
  const chunk = Buffer.from("2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
  const offset = decoder.decode(chunk, 0, sink);
  assert.deepEqual([sink.text, offset, decoder.paused, decoder.done], ["ab", 5, true, false]);
  const next = decoder.decode(chunk, offset, sink);
  assert.deepEqual([sink.text, decoder.paused], ["abcd", true]);
  assert.equal(decoder.decode(chunk, next, sink), chunk.length);
  assert.deepEqual([sink.ended, decoder.done, decoder.paused], [1, true, false]);
});

test("a body until the close ends with it, others fail", () => {
  const open = recorder();
  const untilClose = new BodyDecoder(UNTIL_CLOSE, 100);
  decodeAll(untilClose, ["abc"], open);
  untilClose.finish(open);
  assert.deepEqual([open.text, open.ended, untilClose.done], ["abc", 1, true]);
  for (const framing of [5, CHUNKED]) {
    const sink = recorder();
    const decoder = new BodyDecoder(framing, 100, 502);
    decodeAll(decoder, ["3\r\n"], sink);
    decoder.finish(sink);
    assert.equal(sink.ended, 0);
    assert.ok(sink.error instanceof HttpError && sink.error.status === 502);
  }
});

test("a body above the limit is refused with 413 before it is passed on", () => {
  const sink = recorder();
  assert.equal(
    statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 4), ["4\r\nabcd\r\n0\r\n\r\n"], sink)),
    0,
  );
  assert.equal(
    statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 4), ["5\r\n"], sink)),
    413,
  );
  assert.equal(
    statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 4), ["4\r\nabcd\r\n1\r\n"], sink)),
    413,
  );
  assert.equal(
    statusOf(() => decodeAll(new BodyDecoder(UNTIL_CLOSE, 4), ["abcde"], sink)),
    413,
  );
  assert.equal(sink.text, "abcdabcd");
});

/** Each row: a chunked body, why it is refused (RFC 9112 section 7.1). */
const REFUSED: [wire: string, why: string][] = [
  ["x\r\n", "no digits"],
  ["\r\n", "empty size"],
  [";a\r\n", "extension without size"],
  ["-1\r\n", "sign"],
  ["+1\r\n", "sign"],
  ["0x1\r\n", "prefix"],
  [" 1\r\n", "leading space"],
  ["1 \r\n", "trailing space"],
  ["1\n", "bare LF"],
  ["1\r\r\n", "bare CR"],
  ["1g\r\n", "not hex"],
  ["1_0\r\n", "not hex"],
  ["fffffffffffff\r\n", "too large"],
  ["1;\r\n", "empty extension"],
  ["1;a=\r\n", "extension without value"],
  ["1;a\n\r\n", "bare LF in an extension"],
  ["1;a\rb\r\n", "bare CR in an extension"],
  ['1;a="b\r\n', "quoted string without end"],
  ['1;a="\u0000"\r\n', "NUL in an extension"],
  ["1,a\r\n", "extension without semicolon"],
  [`1;a=${"b".repeat(300)}\r\n`, "extension too long"],
  [`${`1;a=${"b".repeat(200)}\r\nx\r\n`.repeat(30)}`, "extensions too long together"],
  [`${"0".repeat(300)}`, "endless size"],
  ["1\r\nab\r\n", "data longer than its size"],
  ["1\r\na\n", "bare LF behind the data"],
  ["1\r\na\r\r", "bare CR behind the data"],
  ["1\r\na0\r\n\r\n", "no CRLF behind the data"],
  ["0\r\n\n", "bare LF at the end"],
  ["0\r\nA : b\r\n\r\n", "space before the colon in a trailer"],
  ["0\r\nA\r\n\r\n", "trailer without colon"],
  ["0\r\nA: b\n\r\n", "bare LF in a trailer"],
  ["0\r\nA: b\r\n c\r\n\r\n", "obs-fold in a trailer"],
];

for (const [wire, why] of REFUSED) {
  test(`refused: ${why}: ${JSON.stringify(wire.slice(0, 40))}`, () => {
    for (const pieces of [[wire], [...wire]]) {
      assert.equal(
        statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 10_000), pieces)),
        400,
      );
      assert.equal(
        statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 10_000, 502), pieces)),
        502,
      );
    }
  });
}

test("trailers and extensions have the limits they are given; trailers of a client above it get 431", () => {
  const limits = { chunkExtensions: 4, trailer: 20 };
  const decode = (wire: string, status: number): number =>
    statusOf(() => decodeAll(new BodyDecoder(CHUNKED, 100, status, limits), [wire]));
  assert.equal(decode("1;abc\r\na\r\n0\r\nA: 5678901234567\r\n\r\n", 400), 0);
  assert.equal(decode("1;abcd\r\na\r\n0\r\n\r\n", 400), 400);
  assert.equal(decode("1;a\r\na\r\n1;ab\r\na\r\n0\r\n\r\n", 400), 400);
  for (const trailer of [`A: ${"b".repeat(50)}`, "A: b\r\n".repeat(9), "A: 567890123456789\r\n\r\n"]) {
    assert.equal(decode(`0\r\n${trailer}`, 400), 431);
    assert.equal(decode(`0\r\n${trailer}`, 502), 502);
  }
});
