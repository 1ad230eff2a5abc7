import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf } from "../collect.ts";
import { SiteFixture } from "./site_fixture.ts";

/** When the file was made, when its form beside it, in seconds, and whether that form is sent. */
const ROWS: readonly [what: string, original: number, sibling: number, isSent: boolean][] = [
  ["at the same time", 10.5, 10.5, true],
  ["at the same whole second", 10, 10, true],
  ["a millisecond later", 10.5, 10.501, true],
  ["a millisecond earlier", 10.5, 10.499, false],
  ["at the whole second before, as some compressors write it", 10.999, 10, true],
  ["a millisecond behind that second", 10.999, 10.001, false],
  ["a millisecond before that second", 10.999, 9.999, false],
  ["a second earlier", 10, 9, false],
  ["at the next whole second", 10.5, 11, true],
];

for (const [what, original, sibling, isSent] of ROWS) {
  test(`a form beside the file that was made ${what} is ${isSent ? "sent" : "out of date"}`, async (t) => {
    const site = new SiteFixture(t, { compress: false });
    site.write("a.html", "the file itself", original);
    for (const ending of ["br", "zst", "gz"]) site.write(`a.html.${ending}`, `as .${ending}`, sibling);
    for (const [encoding, ending] of [
      ["br", "br"],
      ["zstd", "zst"],
      ["gzip", "gz"],
    ]) {
      const answer = await site.ask("a.html", [`Accept-Encoding: ${encoding}`]);
      const text = (await bytesOf(answer.body)).toString();
      assert.equal(text, isSent ? `as .${ending}` : "the file itself");
      assert.equal(answer.headers.get("content-encoding"), isSent ? encoding : undefined);
    }
  });
}
