import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluatePreconditions, rangeApplies, type Validators } from "../../core/files/conditional.ts";
import { HeaderList } from "../../core/http/header_list.ts";

const CHANGED = Date.UTC(2024, 4, 5, 6, 7, 8);
const SAME = new Date(CHANGED).toUTCString();
const BEFORE = new Date(CHANGED - 1000).toUTCString();
const AFTER = new Date(CHANGED + 1000).toUTCString();
const STRONG: Validators = { etag: '"v1"', lastModified: CHANGED };
const WEAK: Validators = { etag: 'W/"v1"', lastModified: CHANGED };
const DATED: Validators = { etag: undefined, lastModified: CHANGED };
const TAGGED: Validators = { etag: '"v1"', lastModified: undefined };

/** Rules are sections of RFC 9110. */
const ROWS: readonly [
  rule: string,
  validators: Validators,
  fields: string,
  expected: 304 | 412 | "goes on",
][] = [
  ["no conditions", STRONG, "Accept: */*\r\n", "goes on"],

  ["13.1.1 the tag", STRONG, 'If-Match: "v1"\r\n', "goes on"],
  ["13.1.1 another tag", STRONG, 'If-Match: "v2"\r\n', 412],
  ["13.1.1 the tag in a list", STRONG, 'If-Match: "v0", "v1"\r\n', "goes on"],
  ["13.1.1 the tag in a second field", STRONG, 'If-Match: "v0"\r\nIf-Match: "v1"\r\n', "goes on"],
  ["13.1.1 any", STRONG, "If-Match: *\r\n", "goes on"],
  ["13.1.1 compares strongly: weak in the field", STRONG, 'If-Match: W/"v1"\r\n', 412],
  ["13.1.1 compares strongly: both weak", WEAK, 'If-Match: W/"v1"\r\n', 412],
  ["13.1.1 no tag known", DATED, 'If-Match: "v1"\r\n', 412],
  ["13.1.1 malformed", STRONG, "If-Match: v1\r\n", 412],

  ["13.1.4 changed since", STRONG, `If-Unmodified-Since: ${BEFORE}\r\n`, 412],
  ["13.1.4 changed then", STRONG, `If-Unmodified-Since: ${SAME}\r\n`, "goes on"],
  ["13.1.4 changed before", STRONG, `If-Unmodified-Since: ${AFTER}\r\n`, "goes on"],
  ["13.1.4 no date", STRONG, "If-Unmodified-Since: yesterday\r\n", "goes on"],
  ["13.1.4 a list of dates", STRONG, `If-Unmodified-Since: ${BEFORE}, ${BEFORE}\r\n`, "goes on"],
  ["13.1.4 no date known", TAGGED, `If-Unmodified-Since: ${BEFORE}\r\n`, "goes on"],
  [
    "13.2.2 If-Match takes precedence",
    STRONG,
    `If-Match: "v1"\r\nIf-Unmodified-Since: ${BEFORE}\r\n`,
    "goes on",
  ],

  ["13.1.2 the tag", STRONG, 'If-None-Match: "v1"\r\n', 304],
  ["13.1.2 another tag", STRONG, 'If-None-Match: "v2"\r\n', "goes on"],
  ["13.1.2 any", STRONG, "If-None-Match: *\r\n", 304],
  ["13.1.2 the tag in a list", STRONG, 'If-None-Match: "a,b", W/"c" ,"v1"\r\n', 304],
  [
    "13.1.2 part of a tag with a comma",
    { etag: '"b"', lastModified: undefined },
    'If-None-Match: "a,"b",c"\r\n',
    "goes on",
  ],
  ["5.6.1 empty members of a list", STRONG, 'If-None-Match: , ,"v1",\r\n', 304],
  ["13.1.2 compares weakly: weak in the field", STRONG, 'If-None-Match: W/"v1"\r\n', 304],
  ["13.1.2 compares weakly: weak here", WEAK, 'If-None-Match: "v1"\r\n', 304],
  ["8.8.3 w/ in lower case is malformed", STRONG, 'If-None-Match: w/"v1"\r\n', "goes on"],
  ["13.1.2 malformed", STRONG, "If-None-Match: v1\r\n", "goes on"],
  ["13.1.2 no tag known", DATED, 'If-None-Match: "v1"\r\n', "goes on"],
  ["13.1.2 the tag as part of another", STRONG, 'If-None-Match: "v11"\r\n', "goes on"],

  ["13.1.3 changed since", STRONG, `If-Modified-Since: ${BEFORE}\r\n`, "goes on"],
  ["13.1.3 changed then", STRONG, `If-Modified-Since: ${SAME}\r\n`, 304],
  ["13.1.3 changed before", STRONG, `If-Modified-Since: ${AFTER}\r\n`, 304],
  ["13.1.3 no date", STRONG, "If-Modified-Since: tomorrow\r\n", "goes on"],
  ["13.1.3 two fields", STRONG, `If-Modified-Since: ${SAME}\r\nIf-Modified-Since: ${SAME}\r\n`, "goes on"],
  ["13.1.3 no date known", TAGGED, `If-Modified-Since: ${SAME}\r\n`, "goes on"],
  [
    "13.2.2 If-None-Match takes precedence",
    STRONG,
    `If-None-Match: "v2"\r\nIf-Modified-Since: ${SAME}\r\n`,
    "goes on",
  ],

  ["13.2.2 412 before 304", STRONG, 'If-Match: "v2"\r\nIf-None-Match: "v1"\r\n', 412],
  ["13.2.2 304 after If-Match holds", STRONG, 'If-Match: "v1"\r\nIf-None-Match: "v1"\r\n', 304],
  ["13.2.2 date then tag", STRONG, `If-Unmodified-Since: ${SAME}\r\nIf-None-Match: "v1"\r\n`, 304],
  ["13.2.2 date fails before tag", STRONG, `If-Unmodified-Since: ${BEFORE}\r\nIf-None-Match: "v1"\r\n`, 412],
];

for (const [rule, validators, fields, expected] of ROWS) {
  test(`${rule}: ${expected}`, () => {
    const outcome = evaluatePreconditions(HeaderList.fromText(fields), validators);
    assert.equal(outcome ?? "goes on", expected);
  });
}

const LATER = CHANGED + 60_000;
const RANGE_ROWS: readonly [
  rule: string,
  validators: Validators,
  ifRange: string,
  now: number,
  applies: boolean,
][] = [
  ["13.1.5 the tag", STRONG, '"v1"', LATER, true],
  ["13.1.5 another tag", STRONG, '"v2"', LATER, false],
  ["13.1.5 compares strongly: weak in the field", STRONG, 'W/"v1"', LATER, false],
  ["13.1.5 compares strongly: both weak", WEAK, 'W/"v1"', LATER, false],
  ["13.1.5 no list", STRONG, '"v1", "v2"', LATER, false],
  ["13.1.5 any is no validator", STRONG, "*", LATER, false],
  ["13.1.5 no tag known", DATED, '"v1"', LATER, false],
  ["13.1.5 the date", STRONG, SAME, LATER, true],
  ["13.1.5 exactly: an earlier date", STRONG, BEFORE, LATER, false],
  ["13.1.5 exactly: a later date", STRONG, AFTER, LATER, false],
  ["13.1.5 no date", STRONG, "today", LATER, false],
  ["13.1.5 no date known", TAGGED, SAME, LATER, false],
  ["8.8.2.2 a date is weak within its second", STRONG, SAME, CHANGED + 999, false],
  ["8.8.2.2 a date is strong a second later", STRONG, SAME, CHANGED + 1000, true],
];

for (const [rule, validators, ifRange, now, applies] of RANGE_ROWS) {
  test(`${rule}: the range ${applies ? "applies" : "is ignored"}`, () => {
    assert.equal(rangeApplies(ifRange, validators, now), applies);
  });
}
