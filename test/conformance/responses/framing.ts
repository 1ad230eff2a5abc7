import { CUT } from "../request_row.ts";
import { answers, chunkedAnswer, hello, type ResponseRow, refusedAnswer } from "../response_row.ts";

const CHUNKS = "5\r\nhello\r\n0\r\n\r\n";

function length(value: string, why: string, rfc = "9112 6.3"): ResponseRow {
  return refusedAnswer(
    `HTTP/1.1 200 OK\r\nContent-Length:${value}\r\n\r\nhello`,
    `Content-Length${JSON.stringify(value)}: ${why}`,
    rfc,
  );
}

function coding(fields: string, why: string, rfc = "9112 6.1"): ResponseRow {
  return refusedAnswer(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n${CHUNKS}`, why, rfc);
}

/** Where responses end. */
export const responseFraming: readonly ResponseRow[] = [
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "an empty body",
    "9112 6.3",
  ),
  answers(
    "HTTP/1.1 200 OK\r\ncontent-length:005\r\n\r\nhello",
    hello(),
    "a length with leading zeros",
    "9110 8.6",
  ),
  answers(
    "HTTP/1.1 200 OK\r\n\r\nhello",
    chunkedAnswer(CHUNKS),
    "no length: the body lasts until the close",
    "9112 6.3",
    { afterwards: "end" },
  ),
  answers("HTTP/1.0 200 OK\r\n\r\nhello", chunkedAnswer(CHUNKS), "HTTP/1.0 without a length", "9112 6.3", {
    afterwards: "end",
  }),
  answers("HTTP/1.1 200 OK\r\n\r\n", chunkedAnswer("0\r\n\r\n"), "nothing until the close", "9112 6.3", {
    afterwards: "end",
  }),
  answers(
    "HTTP/1.1 200 OK\r\n\r\nhello",
    chunkedAnswer("5\r\nhello\r\n") + CUT,
    "no length, and a reset",
    "9112 8",
    { afterwards: "reset" },
  ),
  answers(
    "HTTP/1.1 200 OK\r\n\r\nhello",
    chunkedAnswer("5\r\nhello\r\n") + CUT,
    "no length, and no close",
    "9112 8",
  ),
  length(" +5", "a sign"),
  length(" -5", "a sign"),
  length(" 5 5", "two numbers"),
  length(" 5,5", "a list"),
  length(" 5, 5", "a list; RFC 9110 would allow to repair it", "9110 8.6"),
  length(" 5,", "a list with an empty member"),
  length(" 0x5", "hexadecimal"),
  length(" 5.0", "a fraction"),
  length(" 5;x", "a parameter"),
  length("", "empty"),
  length(" x", "a letter"),
  length(" 18446744073709551621", "2^64 + 5"),
  length(` ${"9".repeat(100)}`, "a hundred digits"),
  length(" 5\u0000", "NUL"),
  length(" 5\u000b", "a vertical tab"),
  refusedAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "the same length twice",
    "9112 6.3",
  ),
  refusedAnswer(
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
    "two lengths",
    "9112 6.3",
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello${CUT}`,
    "a body that is shorter than its length",
    "9112 8",
    { afterwards: "end" },
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello${CUT}`,
    "the same with a reset",
    "9112 8",
    { afterwards: "reset" },
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello${CUT}`,
    "the same, and then silence",
    "9112 8",
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n${CUT}`,
    "nothing of a body",
    "9112 8",
    { afterwards: "end" },
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\nhello",
    `HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\nhello${CUT}`,
    "a huge length",
    "9112 8",
    { afterwards: "end" },
  ),
  answers(`${hello()}surplus`, hello(), "bytes behind the body go nowhere", "9112 6.3"),
  answers(hello() + hello("X: second"), hello(), "a second response goes nowhere", "9112 9.2"),
  answers(`${hello()}\r\n`, hello(), "an empty line behind the body", "9112 6.3"),
  answers(`${hello()}surplus`, hello(), "bytes behind the body, and a close", "9112 6.3", {
    afterwards: "end",
  }),
  coding("Transfer-Encoding: gzip", "gzip alone"),
  coding("Transfer-Encoding: gzip, chunked", "gzip, then chunked"),
  coding("Transfer-Encoding: chunked, gzip", "chunked not the last"),
  coding("Transfer-Encoding: chunked, chunked", "chunked twice"),
  coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "chunked in two fields"),
  coding("Transfer-Encoding: identity", "identity"),
  coding("Transfer-Encoding: xchunked", "a word that ends with chunked"),
  coding("Transfer-Encoding: chunked;x", "a parameter"),
  coding("Transfer-Encoding:", "empty"),
  coding("Transfer-Encoding: \u000bchunked", "a vertical tab", "9110 5.5"),
  coding("Transfer-Encoding: chunked\u00a0", "a no-break space"),
  coding("Transfer-Encoding: chunked\r\nContent-Length: 15", "both, the coding first", "9112 6.3"),
  coding("Content-Length: 15\r\nTransfer-Encoding: chunked", "both, the length first", "9112 6.3"),
  refusedAnswer(
    `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    "a transfer coding in HTTP/1.0",
    "9112 6.1",
  ),
  answers(
    `HTTP/1.1 200 OK\r\ntransfer-encoding:CHUNKED\r\n\r\n${CHUNKS}`,
    chunkedAnswer(CHUNKS),
    "chunked in other letters",
    "9112 7",
  ),
  answers("HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", "204", "9110 15.3.5"),
  answers(
    "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "204 with a body",
    "9112 6.3",
  ),
  answers(
    `HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    "HTTP/1.1 204 No Content\r\n\r\n",
    "204 with chunks",
    "9112 6.3",
  ),
  answers(
    "HTTP/1.1 204 No Content\r\n\r\nhello",
    "HTTP/1.1 204 No Content\r\n\r\n",
    "204 and bytes behind it",
    "9112 6.3",
  ),
  answers(
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
    'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
    "304",
    "9110 15.4.5",
  ),
  answers(
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
    "304 with a body",
    "9112 6.3",
  ),
  answers(
    `HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    "HTTP/1.1 304 Not Modified\r\n\r\n",
    "304 with chunks",
    "9112 6.3",
  ),
  answers(
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    "HEAD",
    "9110 9.3.2",
    { method: "HEAD" },
  ),
  answers(hello(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD with a body", "9112 6.3", {
    method: "HEAD",
  }),
  answers(chunkedAnswer(CHUNKS), "HTTP/1.1 200 OK\r\n\r\n", "HEAD with chunks", "9112 6.3", {
    method: "HEAD",
  }),
  answers(
    "HTTP/1.1 200 OK\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HEAD with a body until the close",
    "9112 6.3",
    { method: "HEAD", afterwards: "end" },
  ),
];
