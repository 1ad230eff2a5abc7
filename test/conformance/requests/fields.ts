import { LIMITS } from "../fronts.ts";
import { get, passes, type RequestRow, refused } from "../request_row.ts";

/** Every control character but tab, LF and CR, and DEL. */
const CONTROLS = [
  ...Array.from({ length: 32 }, (_, code) => code).filter((code) => ![9, 10, 13].includes(code)),
  127,
];

const hex = (code: number): string => `0x${code.toString(16).padStart(2, "0")}`;

/** A field that makes its request malformed. */
function bad(field: string, why: string, rfc: string): RequestRow {
  return refused(400, get(field, "X-Last: 1"), why, rfc);
}

function good(field: string, arrives: string, why: string, rfc: string): RequestRow {
  return passes(get(field, "X-Last: 1"), get(arrives, "X-Last: 1"), why, rfc);
}

/** Field lines: names, colons, values, line ends, sizes. */
export const fields: readonly RequestRow[] = [
  ...CONTROLS.map((code) =>
    bad(`X: a${String.fromCharCode(code)}b`, `control character ${hex(code)} in a value`, "9110 5.5"),
  ),
  ...[0, 1, 11, 27, 127].map((code) =>
    bad(`X${String.fromCharCode(code)}: a`, `control character ${hex(code)} in a name`, "9110 5.1"),
  ),
  ...[...'()<>@,;\\"/[]?={}'].map((symbol) => bad(`X${symbol}Y: a`, `${symbol} in a name`, "9110 5.6.2")),
  good(
    "!#$%&'*+-.^_`|~09aZ: a",
    "!#$%&'*+-.^_`|~09aZ: a",
    "a name of every symbol a token may have",
    "9110 5.6.2",
  ),
  good("X-Under_score: a", "X-Under_score: a", "an underscore in a name", "9110 5.1"),
  good("x: a", "x: a", "names keep their letters", "9110 5.1"),
  good("X:a", "X: a", "no space behind the colon", "9112 5.1"),
  good("X:  \t a \t ", "X: a", "white space around a value is none of it", "9112 5.1"),
  good("X:", "X: ", "an empty value", "9110 5.5"),
  good("X: \t", "X: ", "a value of white space", "9110 5.5"),
  good("X: a  b\tc", "X: a  b\tc", "white space within a value stays", "9110 5.5"),
  good("X: :a:", "X: :a:", "colons in a value", "9110 5.5"),
  good(
    "X: caf\u00e9 \u0080\u00ff",
    "X: caf\u00e9 \u0080\u00ff",
    "obs-text passes octet for octet",
    "9110 5.5",
  ),
  good("X: a, b,, c", "X: a, b,, c", "lists are not touched", "9110 5.6.1"),
  good('X: "a', 'X: "a', "half a quoted string", "9110 5.6.4"),
  passes(get("X: 1", "x: 2", "X: 3"), undefined, "repeated fields keep their order", "9110 5.3"),
  passes(get("Cookie: a=1", "Cookie: b=2"), undefined, "two Cookie fields", "6265 5.4"),
  bad("X : a", "space before the colon", "9112 5.1"),
  bad("X\t: a", "tab before the colon", "9112 5.1"),
  bad("X\u00a0: a", "no-break space before the colon", "9112 5.1"),
  bad("Content-Length : 0", "space before the colon of Content-Length", "9112 5.1"),
  bad("Transfer-Encoding : chunked", "space before the colon of Transfer-Encoding", "9112 5.1"),
  bad("Host : b", "space before the colon of a second Host", "9112 5.1"),
  bad(": a", "an empty name", "9112 5"),
  bad(":", "a colon alone", "9112 5"),
  bad("X", "no colon", "9112 5"),
  bad("X a", "a space and no colon", "9112 5"),
  bad("X Y: a", "space in a name", "9110 5.1"),
  bad("X\u00e9: a", "an octet above ASCII in a name", "9110 5.1"),
  bad("GET / HTTP/1.1", "a request line among the fields", "9112 5"),
  bad("X: a\r\n b", "obs-fold", "9112 5.2"),
  bad("X: a\r\n\tb", "obs-fold with a tab", "9112 5.2"),
  bad("X:\r\n a", "obs-fold behind the colon", "9112 5.2"),
  bad("X: a\r\n ", "obs-fold of nothing", "9112 5.2"),
  bad("Transfer-Encoding:\r\n chunked", "obs-fold of a framing field", "9112 5.2"),
  bad("X: a\r\n Transfer-Encoding: chunked", "a framing field in an obs-fold", "9112 5.2"),
  bad("X: a\n b", "LF and a space", "9112 5.2"),
  bad("X: a\nY: b", "LF behind a field", "9112 2.2"),
  bad("X: a\rY: b", "CR behind a field", "9112 2.2"),
  bad("X: a\n\rY: b", "LF CR behind a field", "9112 2.2"),
  bad("X: a\r\r\nY: b", "CR CR LF behind a field", "9112 2.2"),
  bad("X: a\r", "CR at the end of a value", "9112 2.2"),
  bad("X: a\nTransfer-Encoding: chunked", "LF before a framing field", "9112 2.2"),
  bad("X: a\rTransfer-Encoding: chunked", "CR before a framing field", "9112 2.2"),
  bad("X: a\u000bTransfer-Encoding: chunked", "vertical tab before a framing field", "9112 2.2"),
  good(
    "X: a\u0085Transfer-Encoding: chunked",
    "X: a\u0085Transfer-Encoding: chunked",
    "NEL is obs-text and ends no line",
    "9110 5.5",
  ),
  refused(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "white space before the first field", "9112 2.2"),
  refused(400, "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n", "a tab before the first field", "9112 2.2"),
  refused(
    400,
    "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n",
    "a line of white space before the fields",
    "9112 2.2",
  ),
  refused(
    400,
    "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n",
    "a line of white space behind the fields",
    "9112 5.2",
  ),
  refused(400, "GET / HTTP/1.1\r\nHost: a\r\n\n", "LF as the empty line", "9112 2.2"),
  refused(400, "GET / HTTP/1.1\r\nHost: a\n\r\n", "LF before the empty line", "9112 2.2"),
  refused(400, "GET / HTTP/1.1\r\nHost: a\n\n", "LF LF at the end", "9112 2.2"),
  refused(400, "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", "CR CR LF as the empty line", "9112 2.2"),
  refused(400, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", "CR CR LF before the empty line", "9112 2.2"),
  passes(get(...Array(LIMITS.fields - 1).fill("X: a")), undefined, "as many fields as may be", "6585 5"),
  refused(431, get(...Array(LIMITS.fields).fill("X: a")), "one field too many", "6585 5"),
  refused(431, get(...Array(5_000).fill("X: a")), "thousands of fields", "6585 5"),
  refused(431, get(`X: ${"a".repeat(LIMITS.head)}`), "a field above the limit of heads", "6585 5"),
  refused(431, get(`${"X".repeat(LIMITS.head)}: a`), "a name above the limit of heads", "6585 5"),
  refused(431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(20_000)}`, "a field without end", "6585 5"),
  refused(431, `GET / HTTP/1.1\r\n${"X: a\r\n".repeat(4_000)}`, "fields without end", "6585 5"),
  passes(get(`X: ${"a".repeat(8_000)}`), undefined, "a field of 8,000 bytes", "9110 5.4"),
  passes(get("Authorization: Basic YTpi"), undefined, "credentials pass", "9110 11.6.2"),
  refused(400, get("Authorization: a", "Authorization: b"), "two Authorization fields", "9110 5.3"),
  refused(400, get("Content-Type: a/a", "content-type: b/b"), "two Content-Type fields", "9110 5.3"),
  refused(400, get("Content_Length: 5"), "Content-Length with an underscore", "3875 4.1.18"),
  refused(400, get("Transfer_Encoding: chunked"), "Transfer-Encoding with an underscore", "3875 4.1.18"),
  passes(
    get("X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4"),
    get(),
    "what tells of the client is the proxy's to say",
    "7239 8.1",
  ),
  passes(get("Forwarded: for=1.2.3.4;proto=https"), get(), "Forwarded from nobody trusted", "7239 8.1"),
  passes(
    get("X_Forwarded_For: 1.2.3.4", "x-forwarded_proto: https"),
    get(),
    "the same with underscores",
    "3875 4.1.18",
  ),
  passes(
    get("X-Forwarded-Host: b", "X-Forwarded-Port: 1", "X-Request-Id: z"),
    get(),
    "the same of host, port and id",
    "7239 8.1",
  ),
  passes(get("Lodestone-Trace: 1.abc"), get(), "a trace is asked of this proxy alone", "9110 7.6.1"),
  passes(get("Via: 1.1 b"), undefined, "Via of proxies before passes", "9110 7.6.3"),
];
