import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../core/config/config.ts";
import type { Activity, HeartbeatRecord } from "../../core/script/limits/heartbeat_record.ts";
import type { ProcessReading } from "../../core/supervisor/process_reading.ts";
import { LOOK, Watchdog } from "../../core/supervisor/watchdog.ts";

const config = {
  sites: [
    { name: "good.test", limits: { cpu: 50 } },
    { name: "slow.test", limits: { cpu: 60_000 } },
  ],
  watchdog: { heartbeat: 2000, memory: 1000 },
} as unknown as Pick<Config, "sites" | "watchdog">;

const calm: ProcessReading = { memory: 500, runnable: true, ran: 0, waited: 0 };

/** A watchdog, one worker and a clock that only the test moves. */
class Yard {
  now = 0;
  reading: ProcessReading | undefined = calm;
  readonly worker: { pid: number; record: HeartbeatRecord } = {
    pid: 4711,
    record: { sequence: 1, site: -1, activity: "none", grower: -1 },
  };
  readonly watchdog = new Watchdog({ config, now: () => this.now, read: () => this.reading });

  /** The worker gives a sign of life. */
  sign(site = -1, activity: Activity = "none"): void {
    this.worker.record = { sequence: this.worker.record.sequence + 1, site, activity, grower: -1 };
  }

  /** Looks every 250 ms; what the worker's main thread gets of that time is up to the test. Returns the verdict. */
  pass(
    milliseconds: number,
    { ran = LOOK, waited = 0 } = {},
  ): { reason: string; site: string | undefined } | undefined {
    for (let passed = 0; passed < milliseconds; passed += LOOK) {
      this.now += LOOK;
      if (this.reading?.ran !== undefined) {
        this.reading = {
          ...this.reading,
          ran: this.reading.ran + ran,
          waited: this.reading.waited! + waited,
        };
      }
      const [found] = this.watchdog.look([this.worker]);
      if (found !== undefined) return { reason: found.reason, site: found.site };
    }
    return undefined;
  }
}

test("a worker that gives signs of life is left alone", () => {
  const yard = new Yard();
  for (let i = 0; i < 100; i++) {
    yard.sign(i % 2, "entry");
    assert.equal(yard.pass(250), undefined);
  }
});

test("silence ends it, and the site that was entered is blamed", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.equal(yard.pass(2250), undefined, "the limit of the entry comes on top");
  assert.equal(yard.pass(250)?.site, "good.test");
});

test("each is condemned once", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.notEqual(yard.pass(10_000), undefined);
  assert.equal(yard.pass(10_000), undefined);
});

test("silence without a site blames nobody", () => {
  const yard = new Yard();
  yard.sign();
  assert.deepEqual(yard.pass(10_000), { reason: "no sign of life for 2250 ms", site: undefined });
});

test("a worker that still boots has given no sign and is left alone", () => {
  const yard = new Yard();
  yard.worker.record = { sequence: 0, site: -1, activity: "none", grower: -1 };
  assert.equal(yard.pass(20_000), undefined);
});

test("what the limits of a site allow is lawful", () => {
  const yard = new Yard();
  yard.sign(1, "entry");
  assert.equal(yard.pass(62_000), undefined);
  assert.equal(yard.pass(500)?.site, "slow.test");
});

test("loading is lawful for as long as it may take, whatever the site's CPU limit", () => {
  const yard = new Yard();
  yard.sign(0, "load");
  assert.equal(yard.pass(4000), undefined);
  assert.equal(yard.pass(500)?.site, "good.test");
});

test("without a heartbeat file any site may be running", () => {
  const yard = new Yard();
  yard.sign(-1, "entry");
  assert.equal(yard.pass(62_000), undefined);
  assert.deepEqual(yard.pass(500)?.site, undefined);
});

test("the supervisor's own lateness does not count", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.equal(yard.pass(250), undefined);
  yard.now += 60_000;
  assert.deepEqual(yard.watchdog.look([yard.worker]), []);
  // Neither where the worker has run all the time, or the kernel tells nothing of it.
  for (const reading of [{ ...calm, ran: 120_000 }, undefined]) {
    yard.sign(0, "entry");
    assert.equal(yard.pass(250), undefined);
    yard.now += 60_000;
    yard.reading = reading;
    assert.deepEqual(yard.watchdog.look([yard.worker]), []);
  }
});

test("time in which the machine runs others does not count, whether the wait is over or goes on", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.equal(yard.pass(10_000, { ran: 25, waited: 225 }), undefined);
  assert.equal(yard.pass(10_000, { ran: 0, waited: 0 }), undefined);
  assert.equal(yard.pass(3000)?.site, "good.test", "and what it gets counts");
});

test("a process that is stopped does not wait for the machine", () => {
  const yard = new Yard();
  yard.reading = { ...calm, runnable: false };
  assert.match(yard.pass(3000, { ran: 0 })?.reason ?? "", /no sign of life/);
});

test("where the kernel tells nothing the clock alone counts", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  yard.reading = undefined;
  assert.equal(yard.pass(3000)?.site, "good.test");
});

test("memory above the limit ends a worker; the site that holds up its loop is blamed", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.equal(yard.pass(250), undefined);
  yard.reading = { ...yard.reading!, memory: 1001 };
  assert.equal(yard.pass(250), undefined, "it may have left the site by now");
  const verdict = yard.pass(250);
  assert.equal(verdict?.site, "good.test");
  assert.match(verdict?.reason ?? "", /resident memory/);
});

test("nobody is blamed for memory as long as the loop turns: who ran last need not be who took it", () => {
  const yard = new Yard();
  yard.reading = { ...yard.reading!, memory: 1001 };
  let verdict: { site: string | undefined } | undefined;
  for (let i = 0; i < 10 && verdict === undefined; i++) {
    yard.sign(0, "entry");
    verdict = yard.pass(250);
  }
  assert.deepEqual(verdict?.site, undefined);
  assert.notEqual(verdict, undefined);
});

test("the site that made the worker grow is blamed for its memory, whoever ran last", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  yard.worker.record = { ...yard.worker.record, grower: 1 };
  yard.reading = { ...yard.reading!, memory: 1001 };
  assert.equal(yard.pass(250)?.site, "slow.test");
});

test("and for a crash, or a kill, that memory brings", () => {
  for (const signal of ["SIGABRT", "SIGKILL"] as const) {
    const yard = new Yard();
    yard.sign(0, "entry");
    yard.worker.record = { ...yard.worker.record, grower: 1 };
    assert.equal(yard.watchdog.blameForEnd(yard.worker, signal), "slow.test");
  }
});

test("memory that falls again is forgiven", () => {
  const yard = new Yard();
  for (let i = 0; i < 10; i++) {
    yard.sign(0, "entry");
    yard.reading = { ...yard.reading!, memory: i % 2 === 0 ? 1001 : 999 };
    assert.equal(yard.pass(250), undefined);
  }
});

test("a crash blames the site that was entered since the last beat, a clean end and SIGTERM nobody", () => {
  for (const [signal, blamed] of [
    ["SIGSEGV", "good.test"],
    ["SIGABRT", "good.test"],
    ["SIGILL", "good.test"],
    ["SIGTRAP", "good.test"],
    ["SIGTERM", undefined],
    ["SIGKILL", undefined],
    [null, undefined],
  ] as const) {
    const yard = new Yard();
    yard.sign(0, "entry");
    assert.equal(yard.watchdog.blameForEnd(yard.worker, signal), blamed, `${signal}`);
  }
});

test("a worker that somebody kills while it is stuck blames the site it is stuck in, as when memory runs out", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  yard.pass(1000);
  assert.equal(yard.watchdog.blameForEnd(yard.worker, "SIGKILL"), "good.test");
});

test("the end of a worker that the watchdog has condemned is no second blame", () => {
  const yard = new Yard();
  yard.sign(0, "entry");
  assert.equal(yard.pass(10_000)?.site, "good.test");
  assert.equal(yard.watchdog.blameForEnd(yard.worker, "SIGKILL"), undefined);
});
