import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { serveFile } from "../../core/files/serve_file.ts";
import { StatCache } from "../../core/files/stat_cache.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import { bytesOf } from "./collect.ts";
import { tempFolder } from "./temp_folder.ts";

const CHANGED = Date.UTC(2024, 4, 5, 6, 7, 8);
const DATES: Record<string, number> = { BEFORE: CHANGED - 1000, SAME: CHANGED, AFTER: CHANGED + 1000 };

/**
 * Fields of a request for a file `0123456789`, and what must come: the status and the bytes. TAG is its tag, OTHER
 * another one, WEAK its tag made weak; BEFORE, SAME and AFTER are dates around its last change. Every row holds for
 * HEAD, too, but for ranges.
 */
const ROWS: readonly [rule: string, fields: string, expected: string][] = [
  ["13.2.2 nothing asked", "", "200 0123456789"],
  ["13.2.2 step 1, true", "If-Match: TAG", "200 0123456789"],
  ["13.2.2 step 1, false", "If-Match: OTHER", "412"],
  ["13.1.1 weak tags never match strongly", "If-Match: WEAK", "412"],
  ["13.1.1 any", "If-Match: *", "200 0123456789"],
  ["13.1.1 one of a list", "If-Match: OTHER, TAG", "200 0123456789"],
  ["13.2.2 step 1 before 2", "If-Match: TAG|If-Unmodified-Since: BEFORE", "200 0123456789"],
  ["13.2.2 step 1 false, 2 true", "If-Match: OTHER|If-Unmodified-Since: AFTER", "412"],
  ["13.2.2 step 2, true", "If-Unmodified-Since: SAME", "200 0123456789"],
  ["13.2.2 step 2, false", "If-Unmodified-Since: BEFORE", "412"],
  ["13.2.2 step 3, false", "If-None-Match: TAG", "304"],
  ["13.1.2 weak tags match weakly", "If-None-Match: WEAK", "304"],
  ["13.1.2 any", "If-None-Match: *", "304"],
  ["13.2.2 step 3, true", "If-None-Match: OTHER", "200 0123456789"],
  ["13.2.2 step 3 before 4: changed", "If-None-Match: TAG|If-Modified-Since: BEFORE", "304"],
  ["13.2.2 step 3 before 4: unchanged", "If-None-Match: OTHER|If-Modified-Since: SAME", "200 0123456789"],
  ["13.2.2 step 4, false", "If-Modified-Since: SAME", "304"],
  ["13.2.2 step 4, later", "If-Modified-Since: AFTER", "304"],
  ["13.2.2 step 4, true", "If-Modified-Since: BEFORE", "200 0123456789"],
  ["13.1.3 no date", "If-Modified-Since: never", "200 0123456789"],
  ["13.2.2 steps 1 and 3", "If-Match: TAG|If-None-Match: TAG", "304"],
  ["13.2.2 step 1 ends it before 3", "If-Match: OTHER|If-None-Match: TAG", "412"],
  ["13.2.2 steps 1 and 4", "If-Match: TAG|If-Modified-Since: SAME", "304"],
  ["13.2.2 steps 2 and 3", "If-Unmodified-Since: SAME|If-None-Match: TAG", "304"],
  ["13.2.2 step 2 ends it before 3", "If-Unmodified-Since: BEFORE|If-None-Match: TAG", "412"],
  ["13.2.2 steps 2 and 4", "If-Unmodified-Since: SAME|If-Modified-Since: SAME", "304"],
  [
    "13.2.2 all four true",
    "If-Match: TAG|If-Unmodified-Since: SAME|If-None-Match: OTHER|If-Modified-Since: SAME",
    "200 0123456789",
  ],
  ["14.2 a range alone", "Range: bytes=2-4", "206 234"],
  ["13.2.2 step 1 before the range", "If-Match: OTHER|Range: bytes=2-4", "412"],
  ["13.2.2 step 1 true, and the range", "If-Match: TAG|Range: bytes=2-4", "206 234"],
  ["13.2.2 step 2 before the range", "If-Unmodified-Since: BEFORE|Range: bytes=2-4", "412"],
  ["13.2.2 step 2 true, and the range", "If-Unmodified-Since: AFTER|Range: bytes=-1", "206 9"],
  ["13.2.2 step 3 before the range", "If-None-Match: TAG|Range: bytes=2-4", "304"],
  ["13.2.2 step 3 before a range that cannot be", "If-None-Match: TAG|Range: bytes=99-", "304"],
  ["13.2.2 step 3 true, and the range", "If-None-Match: OTHER|Range: bytes=2-4", "206 234"],
  ["13.2.2 step 4 before the range", "If-Modified-Since: SAME|Range: bytes=2-4", "304"],
  ["13.2.2 step 4 true, and the range", "If-Modified-Since: BEFORE|Range: bytes=2-4", "206 234"],
  ["13.2.2 step 1 before 416", "If-Match: OTHER|Range: bytes=99-", "412"],
  ["14.4 416 when the conditions hold", "If-Match: TAG|Range: bytes=99-", "416"],
  ["13.1.5 If-Range, the tag", "If-Range: TAG|Range: bytes=2-4", "206 234"],
  ["13.1.5 If-Range, another tag", "If-Range: OTHER|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range, a weak tag", "If-Range: WEAK|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range, a list is no tag", "If-Range: TAG, TAG|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range, any is no tag", "If-Range: *|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range, the date", "If-Range: SAME|Range: bytes=2-4", "206 234"],
  ["13.1.5 If-Range, an earlier date", "If-Range: BEFORE|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range, a later date is no match", "If-Range: AFTER|Range: bytes=2-4", "200 0123456789"],
  ["13.1.5 If-Range false, range cannot be", "If-Range: OTHER|Range: bytes=99-", "200 0123456789"],
  ["13.1.5 If-Range true, range cannot be", "If-Range: TAG|Range: bytes=99-", "416"],
  ["13.1.5 If-Range without Range", "If-Range: TAG", "200 0123456789"],
  ["13.1.5 If-Range and several ranges that become one", "If-Range: TAG|Range: bytes=0-1,2-3", "206 0123"],
  ["13.2.2 step 5 after 3", "If-None-Match: TAG|If-Range: TAG|Range: bytes=2-4", "304"],
  ["13.2.2 step 5 after 1", "If-Match: OTHER|If-Range: TAG|Range: bytes=2-4", "412"],
  ["14.2 a range malformed", "Range: bytes=4-2", "200 0123456789"],
  ["14.2 another unit", "Range: lines=1-2", "200 0123456789"],
  ["14.2 names without case", "RANGE: bytes=2-4|if-RANGE: TAG", "206 234"],
  ["5.3 two Range fields are none", "Range: bytes=2-4|Range: bytes=2-4", "200 0123456789"],
];

for (const [rule, lines, expected] of ROWS) {
  test(`${rule}: ${lines === "" ? "no fields" : lines.replaceAll("|", ", ")} is ${expected.slice(0, 3)}`, async (t) => {
    const path = `${tempFolder(t)}/a.bin`;
    writeFileSync(path, "0123456789");
    utimesSync(path, CHANGED / 1000, CHANGED / 1000);
    const stat = new StatCache({ age: 0, entries: 1 }).stat(path)!;
    const fields = lines
      .replaceAll("TAG", stat.etag)
      .replaceAll("OTHER", '"other"')
      .replaceAll("WEAK", `W/${stat.etag}`)
      .replace(/BEFORE|SAME|AFTER/g, (name) => new Date(DATES[name]!).toUTCString())
      .split("|")
      .map((line) => (line === "" ? "" : `${line}\r\n`))
      .join("");
    const headers = HeaderList.fromText(fields);
    const response = serveFile({ method: "GET", headers }, { path }, stat);
    const text = (await bytesOf(response.body)).toString();
    assert.equal(`${response.status} ${text}`.trim(), expected);
    const { status } = response;
    assert.equal(response.headers.get("etag"), status === 412 || status === 416 ? undefined : stat.etag);
    assert.equal(response.headers.has("content-range"), status === 206 || status === 416);
    const head = serveFile({ method: "HEAD", headers }, { path }, stat);
    assert.equal(head.status, status === 206 || status === 416 ? 200 : status, "HEAD");
    assert.equal(head.body, undefined);
  });
}
