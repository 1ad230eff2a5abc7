import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CHUNKED } from "../../core/http/body_framing.ts";
import { HttpError } from "../../core/http/http_error.ts";
import { type ParsedRequest, parseRequestHead } from "../../core/http/parse_request_head.ts";

const LIMITS = { requestLine: 200, head: 1000, fields: 10 };

function parse(...lines: string[]): ParsedRequest {
  return parseRequestHead(`${lines.join("\r\n")}\r\n\r\n`, LIMITS);
}

/** A request that is valid but for what `lines` add. */
function withFields(...lines: string[]): string {
  return `${["POST /a HTTP/1.1", "Host: a.example", ...lines].join("\r\n")}\r\n\r\n`;
}

test("a request is taken apart", () => {
  const { head, framing, persistent, expectContinue } = parse(
    "GET /a/../b%41?x=%zz&y HTTP/1.1",
    "Host: Shop.Example:8080",
    "X-Thing:  1 ",
  );
  assert.equal(head.method, "GET");
  assert.equal(head.path, "/bA");
  assert.equal(head.query, "x=%zz&y");
  assert.equal(head.host, "shop.example");
  assert.equal(head.authority, "Shop.Example:8080");
  assert.equal(head.fields, "Host: Shop.Example:8080\r\nX-Thing:  1 \r\n");
  assert.equal(head.headers.get("x-thing"), "1");
  assert.deepEqual([framing, persistent, expectContinue], [0, true, false]);
});

test("methods of every length are read, case kept", () => {
  for (const method of ["GET", "PUT", "FOO", "X", "HEAD", "POST", "gett", "PROPFIND", "M-SEARCH"]) {
    assert.equal(parse(`${method} / HTTP/1.1`, "Host: a").head.method, method);
  }
});

test("targets in their four forms", () => {
  const rows: [line: string, path: string, query: string | undefined][] = [
    ["GET / HTTP/1.1", "/", undefined],
    ["GET /? HTTP/1.1", "/", ""],
    ["GET /a?b?c HTTP/1.1", "/a", "b?c"],
    ["GET http://a HTTP/1.1", "/", undefined],
    ["GET HTTP://A/b?c HTTP/1.1", "/b", "c"],
    ["GET https://a?c HTTP/1.1", "/", "c"],
    ["OPTIONS * HTTP/1.1", "*", undefined],
    ["OPTIONS http://a HTTP/1.1", "*", undefined],
    ["OPTIONS http://a/ HTTP/1.1", "/", undefined],
  ];
  for (const [line, path, query] of rows) {
    const { head } = parse(line, "Host: a");
    assert.deepEqual([head.path, head.query], [path, query], line);
  }
});

test("HTTP/1.0 comes without Host, and may bring it in the target", () => {
  assert.equal(parse("GET / HTTP/1.0").head.host, "");
  const { head } = parse("GET http://a.example:81/ HTTP/1.0");
  assert.deepEqual([head.host, head.authority, head.minorVersion], ["a.example", "a.example:81", 0]);
});

test("hosts as names and addresses", () => {
  const rows = {
    "A.example": "a.example",
    "1.2.3.4:5": "1.2.3.4",
    "[::1]:80": "[::1]",
    "[FE80::1]": "[fe80::1]",
  };
  for (const [host, expected] of Object.entries(rows)) {
    assert.equal(parse("GET / HTTP/1.1", `Host: ${host}`).head.host, expected);
  }
});

test("framing of the body", () => {
  const rows: [field: string, framing: number][] = [
    ["Content-Length: 0", 0],
    ["content-length:\t12 ", 12],
    ["Content-Length: 007", 7],
    ["Transfer-Encoding: chunked", CHUNKED],
    ["TRANSFER-ENCODING: Chunked", CHUNKED],
    ["X-Content-Length: 5", 0],
  ];
  for (const [field, framing] of rows) {
    assert.equal(parseRequestHead(withFields(field), LIMITS).framing, framing, field);
  }
});

test("persistence", () => {
  const rows: [version: string, connection: string[], persistent: boolean][] = [
    ["HTTP/1.1", [], true],
    ["HTTP/1.0", [], false],
    ["HTTP/1.1", ["close"], false],
    ["HTTP/1.1", ["x, CLOSE"], false],
    ["HTTP/1.1", ["x", "close"], false],
    ["HTTP/1.1", ["closed"], true],
    ["HTTP/1.0", ["Keep-Alive"], true],
    ["HTTP/1.0", ["keep-alive, close"], false],
  ];
  for (const [version, connection, persistent] of rows) {
    const lines = connection.map((value) => `Connection: ${value}`);
    assert.equal(
      parse(`GET / ${version}`, "Host: a", ...lines).persistent,
      persistent,
      `${version} ${connection}`,
    );
  }
});

test("Expect: 100-continue counts in HTTP/1.1 with a body", () => {
  const expects = (head: string) => parseRequestHead(head, LIMITS).expectContinue;
  assert.equal(expects(withFields("Content-Length: 1", "Expect: 100-Continue")), true);
  assert.equal(expects(withFields("Expect: 100-continue")), false);
  assert.equal(expects("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"), false);
  assert.equal(expects("POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n"), false);
});

test("one empty line before the request is tolerated (RFC 9112 2.2)", () => {
  assert.equal(parse("", "GET /a HTTP/1.1", "Host: a").head.path, "/a");
});

test("obs-text in values is Latin-1", () => {
  const { head } = parse("GET / HTTP/1.1", "Host: a", "X: caf\u00e9\u0080\u00ff");
  assert.equal(head.headers.get("x"), "caf\u00e9\u0080\u00ff");
});

/** Each row: the whole head, the status it is refused with, the rule. */
const REFUSED: [head: string, status: number, why: string][] = [
  ["", 400, "nothing"],
  ["\r\n", 400, "only an empty line"],
  ["\r\n\r\n", 400, "only empty lines"],
  ["\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "RFC 9112 2.2: one empty line at most"],
  ["GET / HTTP/1.1\r\nHost: a\r\n", 400, "no empty line"],
  ["GET / HTTP/1.1\r\nHost: a\r\n\r\nX", 400, "bytes behind the head"],
  ["GET / HTTP/1.1\nHost: a\n\n", 400, "bare LF"],
  ["GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "bare LF between fields"],
  ["GET / HTTP/1.1\r\nHost: a\r\n\n", 400, "bare LF as the empty line"],
  ["GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare LF behind the request line"],
  ["GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "bare CR behind the request line"],
  ["GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, "bare CR in a field"],
  [withFields("X: a\rb"), 400, "bare CR in a value"],
  [withFields("X: a", " b"), 400, "obs-fold (5.2)"],
  [withFields("X: a", "\tb"), 400, "obs-fold with a tab"],
  ["GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "white space before the first field (2.2)"],
  [" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "leading white space"],
  ["GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "two spaces"],
  ["GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "two spaces before the version"],
  ["GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400, "space behind the version"],
  ["GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "tab as the separator"],
  ["GET / \r\nHost: a\r\n\r\n", 400, "empty version"],
  ["GET /\r\nHost: a\r\n\r\n", 400, "HTTP/0.9"],
  ["GET\r\nHost: a\r\n\r\n", 400, "method only"],
  ["/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no method"],
  ["G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method not a token"],
  ["get / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "a standard method in other letters (RFC 9110 9.1)"],
  ["Post / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "a standard method in other letters"],
  ["TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 400, "TRACE with a body (RFC 9110 9.3.8)"],
  [withFields("Content_Length: 5"), 400, "framing to whoever makes CGI variables of it"],
  [withFields("transfer_Encoding: chunked"), 400, "framing to whoever makes CGI variables of it"],
  [withFields("Authorization: a", "authorization: b"), 400, "some take the first, some the last"],
  [withFields("Content-Type: a/a", "Content-Type: b/b"), 400, "some take the first, some the last"],
  ["G\u00c4T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "method not ASCII"],
  ["GET / http/1.1\r\nHost: a\r\n\r\n", 400, "version is case-sensitive (2.3)"],
  ["GET / HTTP/1\r\nHost: a\r\n\r\n", 400, "not a version"],
  ["GET / HTTP/01.1\r\nHost: a\r\n\r\n", 400, "not a version"],
  ["GET / HTTP/1.1x\r\nHost: a\r\n\r\n", 400, "not a version"],
  ["GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "unknown version"],
  ["GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505, "unknown version"],
  ["PRI * HTTP/2.0\r\n\r\n", 505, "HTTP/2 preface"],
  ["CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501, "CONNECT"],
  ["GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "asterisk only with OPTIONS (3.2.4)"],
  ["GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no form of target"],
  ["GET ?a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no form of target"],
  ["GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "other scheme"],
  ["GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "empty authority"],
  ["GET http:/x HTTP/1.1\r\nHost: a\r\n\r\n", 400, "no authority"],
  ["GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Host and authority differ (3.2.2)"],
  ["GET http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Host and authority differ"],
  ["GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "userinfo (RFC 9110 4.2.4)"],
  ["GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "userinfo in both"],
  ["GET http://u@a/ HTTP/1.0\r\n\r\n", 400, "userinfo in HTTP/1.0"],
  ["GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "fragment"],
  ["GET /?a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "fragment"],
  ["GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400, "control character in the target"],
  ["GET /\u007f HTTP/1.1\r\nHost: a\r\n\r\n", 400, "DEL in the target"],
  ["GET /?\u0000 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "NUL in the query"],
  ["GET /\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "target not ASCII"],
  ["GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "backslash"],
  ["GET /../a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "above the root"],
  ["GET /%2e%2e/a HTTP/1.1\r\nHost: a\r\n\r\n", 400, "above the root, encoded"],
  ["GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "encoded NUL"],
  ["GET /%g0 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad encoding"],
  [`GET /${"a".repeat(200)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414, "request line too long"],
  [`GET /${"a".repeat(2000)}`, 414, "request line without end"],
  [withFields(`X: ${"a".repeat(1000)}`), 431, "head too long"],
  [withFields(...Array(10).fill("X: a")), 431, "too many fields"],
  ["GET / HTTP/1.1\r\n\r\n", 400, "no Host (3.2)"],
  ["GET http://a/ HTTP/1.1\r\n\r\n", 400, "no Host, although the target has it"],
  [withFields("Host: a.example"), 400, "two Hosts, though equal"],
  [withFields("hOST: b"), 400, "two Hosts"],
  ["GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "empty Host"],
  ["GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Host with a space"],
  ["GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", 400, "Host with a comma"],
  ["GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Host with a slash"],
  ["GET / HTTP/1.1\r\nHost: a?b\r\n\r\n", 400, "Host with a question mark"],
  ["GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "Host with userinfo"],
  ["GET / HTTP/1.1\r\nHost: a%41\r\n\r\n", 400, "Host with percent-encoding"],
  ["GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400, "port not a number"],
  ["GET / HTTP/1.1\r\nHost: a:\r\n\r\n", 400, "port empty"],
  ["GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400, "port too large"],
  ["GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400, "literal without end"],
  ["GET / HTTP/1.1\r\nHost: [1.2]\r\n\r\n", 400, "literal not an address"],
  ["GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n", 400, "bytes behind the literal"],
  [withFields("X : a"), 400, "space before the colon (5.1)"],
  [withFields("X\t: a"), 400, "tab before the colon"],
  [withFields("Transfer-Encoding : chunked"), 400, "space before the colon"],
  [withFields(": a"), 400, "empty name"],
  [withFields("X"), 400, "no colon"],
  [withFields("X Y: a"), 400, "name not a token"],
  [withFields("X(: a"), 400, "name not a token"],
  [withFields("\u00c4: a"), 400, "name not ASCII"],
  [withFields("X: a\u0000"), 400, "NUL in a value (RFC 9110 5.5)"],
  [withFields("X: a\u0001"), 400, "control character in a value"],
  [withFields("X: a\u007f"), 400, "DEL in a value"],
  [withFields("X\u0000: a"), 400, "NUL in a name"],
  [withFields("Content-Length: 5", "Content-Length: 6"), 400, "conflicting lengths (6.3)"],
  [withFields("Content-Length: 5", "Content-Length: 5"), 400, "length repeated"],
  [withFields("Content-Length: 5, 5"), 400, "length as a list"],
  [withFields("Content-Length: 5,"), 400, "length as a list"],
  [withFields("Content-Length: +5"), 400, "sign"],
  [withFields("Content-Length: -5"), 400, "sign"],
  [withFields("Content-Length: 0x5"), 400, "hex"],
  [withFields("Content-Length: 5 5"), 400, "space"],
  [withFields("Content-Length: 5.0"), 400, "fraction"],
  [withFields("Content-Length: \u00b2"), 400, "digit not ASCII"],
  [withFields("Content-Length:"), 400, "empty length"],
  [withFields(`Content-Length: ${"9".repeat(20)}`), 400, "length too large"],
  [withFields("Content-Length: 5", "Transfer-Encoding: chunked"), 400, "both (6.1)"],
  [withFields("Transfer-Encoding: chunked", "Content-Length: 5"), 400, "both"],
  [withFields("Transfer-Encoding: gzip, chunked"), 501, "unknown coding (6.1)"],
  [withFields("Transfer-Encoding: chunked, chunked"), 501, "chunked twice"],
  [withFields("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 501, "chunked twice"],
  [withFields("Transfer-Encoding: identity"), 501, "identity"],
  [withFields("Transfer-Encoding: xchunked"), 501, "unknown coding"],
  [withFields("Transfer-Encoding: chunked;a=b"), 501, "parameter"],
  [withFields('Transfer-Encoding: "chunked"'), 501, "quoted"],
  [withFields("Transfer-Encoding:"), 501, "empty"],
  [withFields("Transfer-Encoding: \u000bchunked"), 400, "vertical tab"],
  ["POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "coding in HTTP/1.0 (6.1)"],
  [withFields("Content-Length: 1", "Expect: magic"), 417, "unknown expectation (RFC 9110 10.1.1)"],
];

for (const [head, status, why] of REFUSED) {
  test(`refused with ${status}: ${why}: ${JSON.stringify(head.slice(0, 60))}`, () => {
    assert.throws(
      () => parseRequestHead(head, LIMITS),
      (error) => error instanceof HttpError && error.status === status,
    );
  });
}

const fragment = fc.constantFrom(
  "GET",
  "POST",
  " ",
  "/",
  "/a",
  "*",
  "HTTP/1.1",
  "HTTP/1.0",
  "\r\n",
  "\n",
  "\r",
  "Host",
  ":",
  "a",
  "\t",
  "\u0000",
  "Content-Length",
  "5",
  "Transfer-Encoding",
  "chunked",
  ",",
  "http://a",
  "?",
  "#",
  "%",
  "%41",
  "..",
  "\u00e9",
  "[::1]",
  "@",
);

test("whatever comes is either understood or refused", () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 40 }), fc.boolean(), (fragments, isNearlyValid) => {
      const middle = fragments.join("");
      const text = isNearlyValid ? `GET / HTTP/1.1\r\nHost: a\r\nX: ${middle}\r\n\r\n` : `${middle}\r\n\r\n`;
      try {
        const { head } = parseRequestHead(text, LIMITS);
        // Understood: then no line holds what another parser could take for two.
        assert.match(head.fields, /^(?:[!-9;-~]+:[\t -~\x80-\xff]*\r\n)*$/);
        assert.match(head.path, /^(?:\/[!-~]*|\*)$/);
      } catch (error) {
        assert.ok(error instanceof HttpError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

test("Lodestone-Trace is for the proxy alone: no field of the head", () => {
  const { head } = parse(
    "GET / HTTP/1.1",
    "Host: a.test",
    "X-A: 1",
    "lodestone-TRACE:  1.abc ",
    "X-Lodestone-Trace: stays",
    "Lodestone-Trace: another",
    "X-B: Lodestone-Trace: 2",
  );
  assert.equal(head.trace, "1.abc, another");
  assert.equal(
    head.fields,
    "Host: a.test\r\nX-A: 1\r\nX-Lodestone-Trace: stays\r\nX-B: Lodestone-Trace: 2\r\n",
  );
  assert.equal(head.headers.has("lodestone-trace"), false);
  assert.equal(parse("GET / HTTP/1.1", "Host: a.test").head.trace, undefined);
});

test("fields that Connection names are gone, whatever else it lists", () => {
  for (const [options, rest] of [
    ["x-a", "X-B: 2\r\n"],
    ["close, ,X-A,,", "X-B: 2\r\n"],
    ["x-b , x-a", ""],
    ["x", "X-A: 1\r\nX-B: 2\r\n"],
    [",", "X-A: 1\r\nX-B: 2\r\n"],
    ["host, content-length", "X-A: 1\r\nX-B: 2\r\n"],
  ] as const) {
    const kept = `Host: a\r\nConnection: ${options}\r\n`;
    const { head } = parseRequestHead(`GET / HTTP/1.1\r\n${kept}X-A: 1\r\nX-B: 2\r\n\r\n`, LIMITS);
    assert.equal(head.fields, kept + rest, options);
    assert.equal([...head.headers].length, 2 + rest.split("\n").length - 1);
  }
});

const readBehind = (head: string, former?: ParsedRequest) => parseRequestHead(head, LIMITS, former);
const followers = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET /b?c=d HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
  "PUT /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
  "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
  "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-A\r\nX-A: 1\r\nX-B: 2\r\n\r\n",
  "GET /b HTTP/1.1\r\nHost: a\r\nConnection: X-A\r\nX-A: 1\r\nX-B: 2\r\n\r\n",
  "GET http://A/x HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET https://a/x HTTP/1.1\r\nHost: a\r\n\r\n",
  "GET http://a/x HTTP/1.0\r\n\r\n",
  "GET /x HTTP/1.0\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nLodestone-Trace: x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
  "GET /b HTTP/1.1\r\nHost: a\r\nLodestone-Trace: x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
  "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\r\nHEAD / HTTP/1.1\r\nHost: b\r\n\r\n",
];

test("a head behind another one of its connection says what it says alone, whichever was before it", () => {
  for (const before of followers) {
    for (const head of followers) {
      const { head: alone, ...others } = readBehind(head);
      const { head: behind, ...othersBehind } = readBehind(head, readBehind(before));
      assert.deepEqual(othersBehind, others, `${head} behind ${before}`);
      assert.deepEqual({ ...behind }, { ...alone }, `${head} behind ${before}`);
      assert.deepEqual([...behind.headers], [...alone.headers]);
    }
  }
});

test("a head is refused when its own line does not go with fields that were let pass", () => {
  const get = (fields: string) => readBehind(`GET / HTTP/1.1\r\n${fields}\r\n`);
  const refusedWith = (status: number, head: string, former: ParsedRequest) =>
    assert.throws(
      () => readBehind(head, former),
      (error) => error instanceof HttpError && error.status === status,
    );
  const chunked = "Host: a\r\nTransfer-Encoding: chunked\r\n";
  refusedWith(400, `POST / HTTP/1.0\r\n${chunked}\r\n`, get(chunked));
  refusedWith(400, `TRACE / HTTP/1.1\r\n${chunked}\r\n`, get(chunked));
  refusedWith(400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", get("Host: a\r\n"));
  refusedWith(400, "GET / HTTP/1.1\r\n\r\n", readBehind("GET / HTTP/1.0\r\n\r\n"));
  refusedWith(400, "GET / HTTP/1.1\r\n\r\n", readBehind("GET http://a/ HTTP/1.0\r\n\r\n"));
});
