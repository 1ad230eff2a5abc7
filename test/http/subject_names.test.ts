import assert from "node:assert/strict";
import test from "node:test";
import { subjectNames } from "../../core/http/subject_names.ts";

const cases: [text: string | undefined, names: string[]][] = [
  [undefined, []],
  ["", []],
  ["DNS:a.example", ["dns a.example"]],
  ["DNS:a.example, DNS:*.b.example", ["dns a.example", "dns *.b.example"]],
  ["IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1", ["ip 10.0.0.1", "ip ::1"]],
  ["IP Address:2001:DB8:0:0:0:0:0:1", ["ip 2001:db8::1"]],
  [
    "email:a@example.org, URI:https://example.org/a?b=c",
    ["email a@example.org", "uri https://example.org/a?b=c"],
  ],
  ['DNS:"evil\\"\\u002c DNS:foo\\u002c \\"x", DNS:b', ['dns evil", DNS:foo, "x', "dns b"]],
  ['othername:"1.2.3.4::x", DNS:b', ["dns b"]],
  ['DirName:"CN=x", Registered ID:1.2.3, DNS:b', ["dns b"]],
  ["constructor:x, DNS:b", ["dns b"]],
];
for (const [text, names] of cases) {
  test(`of ${text}: ${names.join(" and ") || "nothing"}`, () => {
    assert.deepEqual(
      subjectNames(text).map(({ kind, value }) => `${kind} ${value}`),
      names,
    );
  });
}
