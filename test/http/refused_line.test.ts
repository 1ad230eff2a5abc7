import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedLine } from "../../core/http/refused_line.ts";

/** Each row: what came, method and path that can be told of it, why. */
const rows: readonly [text: string, method: string, path: string, why: string][] = [
  ["GET /a?b=secret HTTP/1.1\r\n\r\n", "GET", "/a", "the path without its query"],
  ["\r\nGET /a HTTP/1.1\r\nHost", "GET", "/a", "an empty line first, and the rest of the head missing"],
  ["POST http://x/a/../b HTTP/1.1\r\n", "POST", "/b", "absolute-form, normalized"],
  ["GET /a HTTP/2.0\r\n\r\n", "GET", "/a", "another version"],
  ["OPTIONS * HTTP/1.1\r\n\r\n", "OPTIONS", "*", "asterisk-form"],
  ["CONNECT x:1 HTTP/1.1\r\n\r\n", "CONNECT", "", "a target that is no path"],
  ["GET /../.. HTTP/1.1\r\n\r\n", "GET", "", "a path above the root"],
  ["GET /\x1b[31m HTTP/1.1\r\n\r\n", "GET", "", "a control character in the target"],
  ["GET /a", "", "", "a request line that has not ended"],
  ["GET /a b HTTP/1.1\r\n\r\n", "", "", "a space too many"],
  ["G(T /a HTTP/1.1\r\n\r\n", "", "", "a method that is no token"],
  ["GET /a HTTP/1.1\n\n", "", "", "bare LF"],
  ["\x16\x03\x01\x02\x00\x01", "", "", "a TLS handshake"],
  ["", "", "", "nothing"],
];

for (const [text, method, path, why] of rows) {
  test(`told of a refused head: ${why}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(refusedLine(text), { method, path });
  });
}
