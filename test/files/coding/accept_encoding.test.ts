import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedEncodings } from "../../../core/files/coding/accept_encoding.ts";
import { AcceptedEncodings } from "../../../core/files/coding/accepted_by.ts";
import { HeaderList } from "../../../core/http/header_list.ts";

/** Sections are those of RFC 9110. */
const ROWS: readonly [rule: string, field: string, expected: string][] = [
  ["12.5.3 what browsers send", "gzip, deflate, br, zstd", "br zstd gzip"],
  ["12.5.3 what Firefox sends without TLS", "gzip, deflate", "gzip"],
  ["12.5.3 one", "zstd", "zstd"],
  ["12.5.3 none known", "deflate, compress, exi", ""],
  ["12.5.3 nothing", "", ""],
  ["12.5.3 identity alone", "identity", ""],
  ["12.5.3 anything", "*", "br zstd gzip"],
  ["12.5.3 anything but one", "br;q=0, *", "zstd gzip"],
  ["12.5.3 one and nothing else", "gzip, *;q=0", "gzip"],
  ["12.5.3 media elements of Chromium", "identity;q=1, *;q=0", ""],
  ["12.5.3 identity refused", "gzip, identity;q=0", "gzip"],
  ["12.5.3 identity refused, and nothing known", "deflate, identity;q=0", ""],
  ["12.5.3 all refused", "*;q=0", ""],
  ["12.5.3 an encoding less welcome than identity", "gzip;q=0.5, identity", ""],
  ["12.5.3 one less and one as welcome as identity", "gzip;q=0.5, br;q=0.8, identity;q=0.8", "br"],
  ["12.4.2 order of weights", "gzip;q=1.0, br;q=0.9, zstd;q=0.95", "gzip zstd br"],
  ["12.4.2 weight of zero", "gzip, br;q=0", "gzip"],
  ["12.4.2 weight of zero with decimals", "gzip, br;q=0.000", "gzip"],
  ["12.4.2 a small weight counts", "br;q=0.001", "br"],
  ["12.4.2 Q in upper case", "br;Q=0.5, gzip;Q=0.8", "gzip br"],
  ["12.4.2 white space around the weight", "br ; q=0.5 ,gzip\t;\tq=0.8", "gzip br"],
  ["12.4.2 white space within the weight", "br;q = 0.5", ""],
  ["12.4.2 four decimals", "br;q=0.1234", ""],
  ["12.4.2 more than one", "br;q=1.5", ""],
  ["12.4.2 one with decimals", "br;q=1.000", "br"],
  ["12.4.2 a negative weight", "br;q=-1", ""],
  ["12.4.2 no weight after q", "br;q=", ""],
  ["12.4.2 another parameter", "br;level=5", ""],
  ["8.4.1 names without case", "GZip, BR", "br gzip"],
  ["8.4.1.3 x-gzip is gzip", "x-gzip", "gzip"],
  ["5.6.1 empty elements", ",gzip,, ,br,", "br gzip"],
  ["5.6.1 two words", "gzip br", ""],
  ["5.6.1 another separator", "gzip; br", ""],
  ["a part of a name", "gzipped, brotli, zstandard", ""],
  ["named twice: the more careful weight", "gzip;q=0, gzip", ""],
  ["a quoted name", '"gzip"', ""],
  ["one malformed element spoils all", "gzip, b@d(", ""],
  ["too many elements", `gzip${",a".repeat(40)}`, ""],
];

for (const [rule, field, expected] of ROWS) {
  test(`${rule}: ${JSON.stringify(field.slice(0, 40))} takes ${expected === "" ? "none" : expected}`, () => {
    assert.equal(acceptedEncodings(field).join(" "), expected);
  });
}

test("of equally welcome ones the first offered is taken", () => {
  assert.deepEqual(acceptedEncodings("br, gzip, zstd", ["gzip", "zstd"]), ["gzip", "zstd"]);
});

const offered = new AcceptedEncodings(["br", "zstd", "gzip"]);
const of = (fields: string) => offered.of(HeaderList.fromText(fields)).join(" ");

test("the field is found wherever it stands, and only there", () => {
  assert.equal(of("Accept-Encoding: gzip\r\n"), "gzip");
  assert.equal(of("Host: a\r\naccept-ENCODING:\tgzip , br \r\nX: y\r\n"), "br gzip");
  assert.equal(of("Host: a\r\n"), "");
  assert.equal(of(""), "");
  assert.equal(of("X-Accept-Encoding: gzip\r\n"), "");
  assert.equal(of("X: accept-encoding: gzip\r\n"), "");
});

test("several fields are one list", () => {
  assert.equal(of("Accept-Encoding: gzip\r\nHost: a\r\nAccept-Encoding: br;q=0.5\r\n"), "gzip br");
  assert.equal(of("Accept-Encoding: gzip\r\nAccept-Encoding: gzip;q=0\r\n"), "");
});

test("a value comes from memory, and very many values leave it as small as it was", () => {
  assert.equal(
    offered.of(HeaderList.fromText("Accept-Encoding: gzip\r\n")),
    offered.of(HeaderList.fromText("Accept-Encoding: gzip\r\n")),
  );
  for (let i = 0; i < 1000; i++) assert.equal(of(`Accept-Encoding: gzip, x${i}\r\n`), "gzip");
});
