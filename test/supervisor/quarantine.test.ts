import assert from "node:assert/strict";
import { test } from "node:test";
import type { QuarantineConfig } from "../../core/config/config.ts";
import type { Logger } from "../../core/observe/logger.ts";
import { SiteRecords } from "../../core/supervisor/metrics/site_records.ts";
import { Quarantine } from "../../core/supervisor/quarantine.ts";

const config: QuarantineConfig = { deaths: 2, window: 60_000, share: 50, time: 30_000, longest: 100_000 };

/** A quarantine with a clock that only the test moves. */
class Ward {
  now = 1_000_000;
  /** What the workers were told. */
  readonly told: string[] = [];
  readonly log: string[] = [];
  readonly quarantine: Quarantine;

  constructor(changes: Partial<QuarantineConfig> = {}, records?: SiteRecords) {
    const line = (_: unknown, message: string): void => void this.log.push(message);
    this.quarantine = new Quarantine({
      config: { ...config, ...changes },
      logger: { error: line, warn: line } as unknown as Logger,
      tell: (message) => {
        this.told.push(
          message.type === "lift"
            ? `lift ${message.site}`
            : `${message.site} for ${message.milliseconds / 1000} s`,
        );
      },
      now: () => this.now,
      records,
    });
  }

  pass(seconds: number): void {
    this.now += seconds * 1000;
    this.quarantine.check();
  }

  die(site = "bad.test"): void {
    this.quarantine.workerEnded(site, "killed by SIGSEGV");
  }
}

test("one worker that ends is not held against a site yet, two within a minute are", () => {
  const ward = new Ward();
  ward.die();
  ward.pass(59);
  assert.deepEqual(ward.told, []);
  ward.die();
  assert.deepEqual(ward.told, ["bad.test for 30 s"]);
  assert.deepEqual(ward.log, ["site quarantined"]);
  ward.now += 10_000;
  assert.deepEqual(
    ward.quarantine.sites,
    [{ site: "bad.test", milliseconds: 20_000 }],
    "a worker that starts hears it",
  );
});

test("two that are further apart, or of two sites, are not", () => {
  const ward = new Ward();
  ward.die();
  ward.pass(61);
  ward.die();
  ward.die("other.test");
  assert.deepEqual(ward.told, []);
});

test("it ends when its time has passed, and then there is one more try; each further one lasts longer, to a bound", () => {
  const ward = new Ward();
  ward.die();
  ward.die();
  ward.pass(29);
  assert.equal(ward.told.length, 1);
  ward.pass(1);
  assert.deepEqual(ward.told, ["bad.test for 30 s", "lift bad.test"]);
  assert.deepEqual(ward.quarantine.sites, []);
  for (const [times, seconds] of [60, 100, 100].entries()) {
    ward.die();
    assert.equal(ward.told[2 + times * 2], `bad.test for ${seconds} s`);
    ward.pass(seconds);
  }
});

test("a site that has behaved for long enough has a clean slate", () => {
  const ward = new Ward();
  ward.die();
  ward.die();
  ward.pass(30);
  ward.pass(101);
  ward.die();
  assert.equal(ward.told.length, 2, "one worker is not held against it again");
  ward.die();
  assert.equal(ward.told[2], "bad.test for 30 s");
});

test("a new version lifts it at once and gives a clean slate", () => {
  const ward = new Ward();
  ward.die();
  ward.die();
  ward.quarantine.renewed("bad.test");
  assert.deepEqual(ward.told, ["bad.test for 30 s", "lift bad.test"]);
  assert.deepEqual(ward.log, ["site quarantined", "quarantine lifted"]);
  ward.die();
  ward.pass(30);
  assert.equal(ward.told.length, 2);
});

test("a new version of a site in good standing is nothing to tell, but forgives what was held against it", () => {
  const ward = new Ward();
  ward.die();
  ward.quarantine.renewed("bad.test");
  ward.die();
  assert.deepEqual([ward.told, ward.log], [[], []]);
});

test("workers that end on its account meanwhile make it no longer", () => {
  const ward = new Ward();
  for (let i = 0; i < 5; i++) ward.die();
  ward.pass(30);
  assert.deepEqual(ward.told, ["bad.test for 30 s", "lift bad.test"]);
});

test("a site that uses up half of a worker's time by reaching its limits is quarantined", () => {
  const ward = new Ward();
  const worker = {};
  for (let second = 0; second < 30 && ward.told.length === 0; second++) {
    ward.quarantine.lost(worker, { "bad.test": 600, "other.test": 300 });
    ward.pass(1);
  }
  assert.deepEqual(ward.told, ["bad.test for 30 s"]);
  assert.ok(ward.now <= 1_010_000, "within ten seconds");
});

test("a slow request now and then is not held against a site", () => {
  const ward = new Ward();
  const worker = {};
  for (let second = 0; second < 600; second++) {
    ward.quarantine.lost(worker, { "bad.test": 400 });
    ward.pass(1);
  }
  assert.deepEqual(ward.told, []);
});

test("each worker's time counts for itself", () => {
  const ward = new Ward();
  const workers = [{}, {}, {}, {}];
  for (let second = 0; second < 60; second++) {
    for (const worker of workers) ward.quarantine.lost(worker, { "bad.test": 400 });
    ward.pass(1);
  }
  assert.deepEqual(ward.told, []);
});

test("what a site used up before does not count after its quarantine", () => {
  const ward = new Ward({ time: 1000 });
  const worker = {};
  ward.quarantine.lost(worker, { "bad.test": 5000 });
  assert.equal(ward.told.length, 1);
  ward.pass(1);
  ward.quarantine.lost(worker, { "bad.test": 1000 });
  assert.equal(ward.told.length, 2);
});

test("a time of 0 never quarantines", () => {
  const ward = new Ward({ time: 0 });
  for (let i = 0; i < 10; i++) ward.die();
  ward.quarantine.lost({}, { "bad.test": 10_000 });
  ward.quarantine.renewed("bad.test");
  assert.deepEqual(ward.told, []);
});

test("records tell of quarantines and their ends, until another configuration serves", () => {
  const records = new SiteRecords();
  const ward = new Ward({ deaths: 1 }, records);
  const told = (site: string) => [records.of(site).quarantine?.reason, records.of(site).quarantines];
  ward.die("a.test");
  assert.deepEqual(told("a.test"), ["1 of its workers ended, the last one: killed by SIGSEGV", 1]);
  ward.pass(30);
  assert.deepEqual(told("a.test"), [undefined, 1]);
  ward.die("kept.test");
  ward.quarantine.detach();
  ward.die("b.test");
  assert.deepEqual(
    ward.quarantine.sites.map(({ site }) => site),
    ["kept.test", "b.test"],
    "it goes on",
  );
  assert.deepEqual(told("b.test"), [undefined, 0]);
  ward.pass(30);
  assert.deepEqual(ward.quarantine.sites, []);
  assert.equal(records.of("kept.test").quarantines, 1);
  assert.notEqual(records.of("kept.test").quarantine, undefined, "whoever serves now says when it is over");
});
