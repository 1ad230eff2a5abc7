import { answers, hello, type ResponseRow, refusedAnswer } from "../response_row.ts";

function bad(field: string, why: string, rfc: string): ResponseRow {
  return refusedAnswer(hello(field), why, rfc);
}

function good(field: string, gets: readonly string[], why: string, rfc: string): ResponseRow {
  return answers(hello(field), hello(...gets), why, rfc);
}

/** Field lines of responses. */
export const responseFields: readonly ResponseRow[] = [
  ...[0, 1, 8, 11, 12, 14, 27, 31, 127].map((code) =>
    bad(
      `X: a${String.fromCharCode(code)}b`,
      `control character 0x${code.toString(16)} in a value`,
      "9110 5.5",
    ),
  ),
  ...[...'()<>@,;\\"/[]?={} '].map((symbol) =>
    bad(`X${symbol}Y: a`, `${symbol === " " ? "space" : symbol} in a name`, "9110 5.6.2"),
  ),
  good("X: 1", ["X: 1"], "a field", "9110 5"),
  good("x:1", ["x: 1"], "names keep their letters", "9110 5.1"),
  good("X:", ["X: "], "an empty value", "9110 5.5"),
  good("X: caf\u00e9\u0080", ["X: caf\u00e9\u0080"], "obs-text passes octet for octet", "9110 5.5"),
  good("Set-Cookie: a=1\r\nSet-Cookie: b=2", ["Set-Cookie: a=1", "Set-Cookie: b=2"], "two cookies", "6265 3"),
  good("Content_Length: 9", ["Content_Length: 9"], "an underscore in a name", "9110 5.1"),
  good("Connection: X\r\nX: 1\r\nY: 2", ["Y: 2"], "a field that Connection names goes", "9110 7.6.1"),
  good("Connection: close", [], "close", "9112 9.6"),
  good("Keep-Alive: timeout=5", [], "Keep-Alive goes", "9112 C.2.2"),
  good("Proxy-Authenticate: Basic", [], "Proxy-Authenticate goes", "9110 11.7.1"),
  good("Trailer: X", [], "Trailer goes", "9110 6.6.2"),
  good("Upgrade: h2c", [], "an offer of h2c goes no further", "9113 3.1"),
  bad("X : a", "space before the colon", "9112 5.1"),
  bad("X\t: a", "tab before the colon", "9112 5.1"),
  bad("Content-Length : 4", "space before the colon of Content-Length", "9112 5.1"),
  bad("Transfer-Encoding : chunked", "space before the colon of Transfer-Encoding", "9112 5.1"),
  bad(": a", "an empty name", "9112 5"),
  bad("X", "no colon", "9112 5"),
  bad("X\u00e9: a", "an octet above ASCII in a name", "9110 5.1"),
  bad("X: a\r\n b", "obs-fold", "9112 5.2"),
  bad("X: a\r\n\tb", "obs-fold with a tab", "9112 5.2"),
  bad(" X: a", "a space before the first field", "9112 5.2"),
  bad("X: a\nY: b", "LF behind a field", "9112 2.2"),
  bad("X: a\rY: b", "CR behind a field", "9112 2.2"),
  bad("X: a\r\r\nY: b", "CR CR LF behind a field", "9112 2.2"),
  bad("X: a\n\nhello", "LF LF, the end of the head for some", "9112 2.2"),
  bad("HTTP/1.1 200 OK", "a second status line", "9112 5"),
  refusedAnswer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\nhello", "LF as the empty line", "9112 2.2"),
  refusedAnswer("HTTP/1.1 200 OK\r\nContent-Length: 5\n\r\nhello", "LF before the empty line", "9112 2.2"),
  bad(`X: ${"a".repeat(40_000)}`, "a field above the limit of heads", "9110 5.4"),
  bad(Array(1_000).fill("X: a").join("\r\n"), "a thousand fields", "9110 5.4"),
  refusedAnswer(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(60_000)}`, "a field without end", "9110 5.4"),
  refusedAnswer(`HTTP/1.1 200 OK\r\n${"X: a\r\n".repeat(20_000)}`, "fields without end", "9110 5.4"),
];
