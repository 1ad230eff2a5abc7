import assert from "node:assert/strict";
import { test } from "node:test";
import { HeadReader } from "../../core/http/head_reader.ts";
import { HttpError } from "../../core/http/http_error.ts";
import { parseRequestHead } from "../../core/http/parse_request_head.ts";

const LIMITS = { requestLine: 200, head: 1000, fields: 10 };
const HEAD = "GET /a HTTP/1.1\r\nHost: a.example\r\nX: caf\u00e9\r\n\r\n";

/** Reads until the first head; its text and what is left of the chunks. */
function readHead(reader: HeadReader, pieces: string[]): { text: string | undefined; left: string } {
  for (const [index, piece] of pieces.entries()) {
    const text = reader.read(Buffer.from(piece, "latin1"), 0);
    if (text === undefined) continue;
    return { text, left: piece.slice(reader.end) + pieces.slice(index + 1).join("") };
  }
  return { text: undefined, left: "" };
}

test("a head split at every position, and byte by byte, comes out whole with the rest behind it", () => {
  const wire = `${HEAD}body\r\n\r\nmore`;
  for (let i = 0; i <= wire.length; i++) {
    for (const pieces of [
      [wire.slice(0, i), wire.slice(i)],
      [wire.slice(0, i), ...wire.slice(i)],
    ]) {
      const { text, left } = readHead(new HeadReader(1000), pieces);
      assert.deepEqual([text, left], [HEAD, "body\r\n\r\nmore"], `split at ${i}`);
    }
  }
});

test("pipelined heads come one after the other", () => {
  const reader = new HeadReader(1000);
  const chunk = Buffer.from(HEAD.repeat(3), "latin1");
  let offset = 0;
  for (let i = 0; i < 3; i++) {
    assert.equal(reader.read(chunk, offset), HEAD);
    offset = reader.end;
  }
  assert.equal(offset, chunk.length);
  assert.equal(reader.read(chunk, offset), undefined);
  assert.equal(reader.started, false);
});

test("a reader goes on with the next head after one in parts", () => {
  const reader = new HeadReader(1000);
  for (let i = 0; i < 3; i++) {
    assert.equal(readHead(reader, [HEAD.slice(0, 20), HEAD.slice(20)]).text, HEAD);
    assert.equal(reader.started, false);
  }
});

test("a head longer than the first look is found", () => {
  const long = HEAD.replace("X:", `Y: ${"y".repeat(5000)}\r\nX:`);
  assert.deepEqual(readHead(new HeadReader(8000), [`${long}rest`]), { text: long, left: "rest" });
});

test("what can't become a head is handed over at once and refused by the parser", () => {
  const hopeless = [
    "GET / HTTP/1.1\nHost: a\n\n",
    "\n",
    "GET / HTTP/1.1\rHost",
    "\u0016\u0003\u0001\u0002\u0000\u0001",
    "GET /\u0000",
    `GET /${"a".repeat(2000)}`,
    `GET / HTTP/1.1\r\nHost: a\r\n${"A: b\r\n".repeat(300)}`,
  ];
  for (const wire of hopeless) {
    for (const pieces of [[wire], [...wire]]) {
      const { text } = readHead(new HeadReader(1000), pieces);
      assert.notEqual(text, undefined, JSON.stringify(wire.slice(0, 40)));
      assert.throws(() => parseRequestHead(text!, LIMITS), HttpError);
    }
  }
});
