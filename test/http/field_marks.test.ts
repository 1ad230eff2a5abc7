import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import * as marks from "../../core/http/field_marks.ts";
import { HeaderList } from "../../core/http/header_list.ts";

const { markFields } = marks;

/** Names the proxy has to do with, and what each is marked with. */
const NAMES: Readonly<Record<string, number>> = {
  date: marks.DATE,
  server: marks.SERVER,
  "content-length": marks.FRAMING,
  "transfer-encoding": marks.FRAMING,
  connection: marks.CONNECTION,
  "http2-settings": marks.HOP_BY_HOP,
  "keep-alive": marks.HOP_BY_HOP,
  "proxy-authenticate": marks.HOP_BY_HOP,
  "proxy-authorization": marks.HOP_BY_HOP,
  "proxy-connection": marks.HOP_BY_HOP,
  te: marks.HOP_BY_HOP,
  trailer: marks.HOP_BY_HOP,
  upgrade: marks.HOP_BY_HOP,
  host: marks.HOST,
  expect: marks.EXPECT,
  authorization: marks.AUTHORIZATION,
  forwarded: marks.FORWARDED,
  "x-forwarded-for": marks.FORWARDED,
  "x-forwarded-proto": marks.FORWARDED,
  "x-forwarded-host": marks.FORWARDED,
  "x-forwarded-port": marks.FORWARDED,
  "x-request-id": marks.FORWARDED,
};

describe("marks of field lines", () => {
  it("tell of every field that the proxy has to do with, in letters of either case, and of no other", () => {
    for (const [name, mark] of Object.entries(NAMES)) {
      for (const each of [name, name.toUpperCase(), name[0]!.toUpperCase() + name.slice(1)]) {
        assert.equal(markFields(`${each}: a\r\n`), mark, each);
        assert.equal(markFields(`X-A: b\r\n${each}: a\r\n`), mark, each);
      }
      for (const other of [`${name}s`, `x${name}`, name.slice(1), `${name.slice(0, -1)}~`]) {
        // Of those by which a proxy tells of its client it is enough that none is missed.
        const found = markFields(`${other}: a\r\n`) & ~marks.FORWARDED;
        assert.equal(found, (NAMES[other] ?? 0) & ~marks.FORWARDED, other);
      }
      const shifted = [...name].map((c) => String.fromCharCode(c.charCodeAt(0) ^ 0x20)).join("");
      const isToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(shifted);
      const expected = isToken && shifted.toLowerCase() === name ? mark : isToken ? 0 : marks.INVALID;
      assert.equal(markFields(`${shifted}: a\r\n`), expected, shifted);
    }
  });

  it("tell of a second Host, and not of a single one", () => {
    assert.equal(markFields("Host: a\r\nX: host\r\n"), marks.HOST);
    assert.equal(markFields("Host: a\r\nhost: a\r\n"), marks.HOST | marks.HOSTS);
    const headers = HeaderList.fromText("Host: a\r\n");
    assert.equal(headers.marks, marks.HOST);
    headers.appendText("HOST: b\r\n");
    assert.equal(headers.marks, marks.HOST | marks.HOSTS);
    headers.deleteMarked(marks.HOST);
    assert.equal(headers.marks, 0);
  });

  it("tell of white space that is not as this proxy writes it", () => {
    for (const line of ["A: b", "A: ", "A: b c", "A: b\tc"]) assert.equal(markFields(`${line}\r\n`), 0, line);
    for (const line of ["A:b", "A:", "A:  b", "A: b ", "A: \tb", "A: b\t", "A:\tb", "A:  "]) {
      assert.equal(markFields(`${line}\r\n`), marks.UNTIDY, line);
    }
  });

  it("are those of the text, however a list came to it", () => {
    const name = fc.oneof(fc.constantFrom(...Object.keys(NAMES)), fc.constantFrom("x-a", "accept", "y"));
    const space = fc.constantFrom("", " ", "\t", "  ");
    const line = fc.tuple(name, space, fc.constantFrom("", "a", "b c"), space);
    const change = fc.oneof(
      fc.record({ append: name }),
      fc.record({ delete: name }),
      fc.record({ set: name }),
      fc.record({ block: name }),
      fc.record({ marked: fc.constantFrom(...Object.values(NAMES)) }),
    );
    fc.assert(
      fc.property(fc.array(line), fc.array(change, { maxLength: 8 }), (lines, changes) => {
        const text = lines.map(([field, a, value, b]) => `${field}:${a}${value}${b}\r\n`).join("");
        const headers = HeaderList.fromText(text);
        for (const each of changes) {
          if ("append" in each) headers.append(each.append, "v");
          else if ("delete" in each) headers.delete(each.delete);
          else if ("set" in each) headers.set(each.set, "v");
          else if ("block" in each) headers.appendText(`${each.block}: v\r\n`);
          else {
            headers.deleteMarked(each.marked);
            assert.equal(headers.marks & each.marked, 0);
          }
          assert.equal(headers.marks, markFields(headers.toText()));
          assert.equal(headers.clone().marks, headers.marks);
          assert.deepEqual([...HeaderList.fromText(headers.toText())], [...headers.clone()]);
        }
      }),
    );
  });
});
