import assert from "node:assert/strict";
import test from "node:test";
import { SiteRecords } from "../../../core/supervisor/metrics/site_records.ts";

/** Records with a clock that only the test moves. */
function makeRecords() {
  const clock = { now: 1000 };
  return { clock, records: new SiteRecords(() => clock.now) };
}

test("a site that nothing has happened to has neither a version nor a fault", () => {
  const { records } = makeRecords();
  assert.deepEqual(records.of("a"), {
    version: undefined,
    liveSince: undefined,
    failure: undefined,
    quarantine: undefined,
    loaded: 0,
    failed: 0,
    quarantines: 0,
  });
  assert.equal(records.of("a"), records.all.get("a"), "the record stays the same");
});

test("a version counts once, however often it is told, and ends the failure before it", () => {
  const { clock, records } = makeRecords();
  records.failed("a", "a.ts:1:1: no");
  clock.now = 2000;
  records.failed("a", "a.ts:1:2: no");
  assert.deepEqual(records.of("a").failure, { at: 2000, message: "a.ts:1:2: no" });
  assert.deepEqual([records.of("a").failed, records.of("a").version], [2, undefined]);
  clock.now = 3000;
  records.loaded("a", 3);
  clock.now = 4000;
  records.loaded("a", 3);
  const { version, liveSince, failure, loaded, failed } = records.of("a");
  assert.deepEqual([version, liveSince, failure, loaded, failed], [3, 3000, undefined, 1, 2]);
  records.failed("a", "no");
  assert.equal(records.of("a").version, 3, "the one before goes on serving");
  records.loaded("a", 3);
  assert.equal(records.of("a").failure, undefined, "a reload to the one that serves");
  records.loaded("a", 4);
  assert.deepEqual([records.of("a").liveSince, records.of("a").loaded], [4000, 2]);
});

test("a quarantine is lifted by the configuration in which it began, not by one before it", () => {
  const { clock, records } = makeRecords();
  const [before, after] = [{}, {}];
  records.quarantined("a", "it ended workers", before);
  clock.now = 2000;
  records.quarantined("a", "it ended them again", after);
  records.lifted("a", before);
  assert.deepEqual(records.of("a").quarantine, { since: 2000, reason: "it ended them again", owner: after });
  records.lifted("a", after);
  assert.deepEqual([records.of("a").quarantine, records.of("a").quarantines], [undefined, 2]);
  records.lifted("unknown", after);
});

test("of a new configuration's sites what was counted is kept, quarantines are over, other sites are forgotten", () => {
  const { clock, records } = makeRecords();
  for (const site of ["stays", "goes"]) {
    records.loaded(site, 1);
    records.quarantined(site, "it ended workers", {});
  }
  records.failed("stays", "no");
  clock.now = 2000;
  const versions = new Map([
    ["stays", 2],
    ["new", 1],
    ["without scripts", 0],
    ["goes", 7],
  ]);
  records.configured(new Set(["stays", "new", "without scripts"]), versions);
  assert.deepEqual([...records.all.keys()], ["stays", "new"]);
  const { version, liveSince, failure, quarantine, loaded, quarantines } = records.of("stays");
  assert.deepEqual(
    [version, liveSince, failure, quarantine, loaded, quarantines],
    [2, 2000, undefined, undefined, 2, 1],
  );
  assert.deepEqual([records.of("new").version, records.of("new").loaded], [1, 1]);
  records.configured(new Set(["stays"]), new Map([["stays", 2]]));
  assert.equal(records.of("stays").loaded, 2, "the version that has served before");
});
