import assert from "node:assert/strict";
import { test } from "node:test";
import { CHUNKED, UNTIL_CLOSE } from "../../core/http/body_framing.ts";
import { HttpError } from "../../core/http/http_error.ts";
import { parseResponseHead } from "../../core/http/parse_response_head.ts";

const LIMITS = { requestLine: 200, head: 1000, fields: 10 };

/** Each row: request method, head without its empty line, framing, persistent, declared length. */
const ACCEPTED: [method: string, head: string, framing: number, persistent: boolean, declared?: number][] = [
  ["GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", 5, true],
  ["GET", "HTTP/1.1 200\r\nContent-Length: 0\r\n", 0, true],
  ["GET", "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n", CHUNKED, true],
  ["GET", "HTTP/1.1 599 Caf\u00e9 \t!\r\n", UNTIL_CLOSE, false],
  ["GET", "HTTP/1.0 200 OK\r\n", UNTIL_CLOSE, false],
  ["GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n", 5, false],
  ["GET", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n", 5, true],
  ["GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n", 5, false],
  ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", 0, true, 5],
  ["HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", 0, true],
  ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n", 0, true, 5],
  ["GET", "HTTP/1.1 204 No Content\r\n", 0, true],
  ["GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n", 0, true],
  ["GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n", 0, false],
  ["GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n", 0, false],
  ["GET", "HTTP/1.1 100 Continue\r\n", 0, true],
];

for (const [method, head, framing, persistent, declared] of ACCEPTED) {
  test(`response to ${method}: ${JSON.stringify(head)}`, () => {
    const parsed = parseResponseHead(`${head}\r\n`, method, LIMITS);
    assert.deepEqual(
      [parsed.framing, parsed.persistent, parsed.declaredLength, parsed.status],
      [framing, persistent, declared, Number(head.slice(9, 12))],
    );
  });
}

test("fields are kept as received", () => {
  const parsed = parseResponseHead(
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
    "GET",
    LIMITS,
  );
  assert.deepEqual(parsed.headers.getAll("set-cookie"), ["a=1", "b=2"]);
  assert.equal(parsed.headers.toText(), "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
});

const REFUSED: [head: string, why: string][] = [
  ["", "nothing"],
  ["\r\n\r\n", "empty line first"],
  ["\r\nHTTP/1.1 200 OK\r\n\r\n", "empty line first"],
  ["HTTP/1.1 200 OK\r\n", "no empty line"],
  ["HTTP/1.1 200 OK\n\n", "bare LF"],
  ["HTTP/1.1 200 OK\nA: b\r\n\r\n", "bare LF behind the status line"],
  ["HTTP/1.1 200 O\rK\r\n\r\n", "bare CR"],
  ["HTTP/1.1 200 O\u0000K\r\n\r\n", "NUL in the reason"],
  ["HTTP/1.1  200 OK\r\n\r\n", "two spaces"],
  ["HTTP/1.1 20 OK\r\n\r\n", "two digits"],
  ["HTTP/1.1 2000 OK\r\n\r\n", "four digits"],
  ["HTTP/1.1 2x0 OK\r\n\r\n", "not digits"],
  ["HTTP/1.1 099 OK\r\n\r\n", "below 100"],
  ["HTTP/1.1 600 OK\r\n\r\n", "above 599"],
  ["HTTP/1.2 200 OK\r\n\r\n", "unknown version"],
  ["HTTP/2.0 200 OK\r\n\r\n", "unknown version"],
  ["http/1.1 200 OK\r\n\r\n", "version is case-sensitive"],
  ["ICY 200 OK\r\n\r\n", "other protocol"],
  ["HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "space before the colon"],
  ["HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "obs-fold"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "length repeated"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "length as a list"],
  ["HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "sign"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "unknown coding"],
  ["HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "coding in HTTP/1.0"],
  [`HTTP/1.1 200 ${"a".repeat(300)}\r\n\r\n`, "status line too long"],
  [`HTTP/1.1 200 OK\r\nA: ${"a".repeat(1000)}\r\n\r\n`, "head too long"],
  [`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(11)}\r\n`, "too many fields"],
];

for (const [head, why] of REFUSED) {
  test(`backend refused: ${why}: ${JSON.stringify(head.slice(0, 60))}`, () => {
    assert.throws(
      () => parseResponseHead(head, "GET", LIMITS),
      (error) =>
        error instanceof HttpError && error.status === 502 && error.code === "backend_malformed_response",
    );
  });
}
