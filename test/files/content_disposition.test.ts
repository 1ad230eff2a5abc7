import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { attachment } from "../../core/files/content_disposition.ts";
import { isFieldValue } from "../../core/http/head_grammar.ts";

const ROWS: readonly [what: string, name: string, value: string][] = [
  ["a plain name", "report.pdf", 'attachment; filename="report.pdf"'],
  ["a name with spaces", "my report.pdf", 'attachment; filename="my report.pdf"'],
  [
    "a name with umlauts (RFC 8187)",
    "Übersicht.pdf",
    "attachment; filename=\"_bersicht.pdf\"; filename*=UTF-8''%C3%9Cbersicht.pdf",
  ],
  ["quotes", 'a"b.txt', "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"],
  [
    "an escape that clients would decode",
    "a%2Fb",
    "attachment; filename=\"a_2Fb\"; filename*=UTF-8''a%252Fb",
  ],
  [
    "characters that are no attr-char (RFC 8187 section 3.2.1)",
    "ä'()*.txt",
    "attachment; filename=\"_'()*.txt\"; filename*=UTF-8''%C3%A4%27%28%29%2A.txt",
  ],
  ["a path", "../../etc/passwd", 'attachment; filename="passwd"'],
  ["a path with backslashes", "C:\\windows\\system.ini", 'attachment; filename="system.ini"'],
  ["line breaks", "a\r\nSet-Cookie: b", 'attachment; filename="aSet-Cookie: b"'],
  ["a mark that turns the direction", "photo\u202egpj.exe", 'attachment; filename="photogpj.exe"'],
  ["half a surrogate pair", "a\ud800", "attachment; filename=\"a_\"; filename*=UTF-8''a%EF%BF%BD"],
  ["dots only", "..", 'attachment; filename="download"'],
  ["nothing", "", 'attachment; filename="download"'],
  ["a folder", "a/", 'attachment; filename="download"'],
];

for (const [what, name, value] of ROWS) test(what, () => assert.equal(attachment(name), value));

test("is a valid field value for every name, without a path and of bounded length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
      const value = attachment(name);
      assert.ok(isFieldValue(value), value);
      assert.ok(!/[/\\\r\n]/.test(value.replace("UTF-8''", "")), value);
      assert.ok(value.length < 5000);
    }),
  );
});
