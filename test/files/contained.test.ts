import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithin } from "../../core/files/contained.ts";

const ROWS: readonly [folders: string[], path: string, within: boolean][] = [
  [["/srv/www"], "/srv/www", true],
  [["/srv/www"], "/srv/www/", true],
  [["/srv/www"], "/srv/www/a/b", true],
  [["/srv/www"], "/srv/www2", false],
  [["/srv/www"], "/srv/www2/a", false],
  [["/srv/www"], "/srv/ww", false],
  [["/srv/www"], "/srv", false],
  [["/srv/www"], "/", false],
  [["/srv/www"], "", false],
  [["/srv/www/"], "/srv/www", true],
  [["/srv/www/"], "/srv/www/a", true],
  [["/srv/www/"], "/srv/www2/a", false],
  [["/"], "/anything", true],
  [["/"], "/", true],
  [["/media", "/srv/www"], "/srv/www/a", true],
  [["/media", "/srv/www"], "/srv/a", false],
  [[], "/srv", false],
];

for (const [folders, path, within] of ROWS) {
  test(`${JSON.stringify(path)} is ${within ? "" : "not "}within ${JSON.stringify(folders)}`, () => {
    assert.equal(isWithin(folders, path), within);
  });
}
