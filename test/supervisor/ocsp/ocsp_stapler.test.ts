import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import { OcspStapler, type StapledCertificate } from "../../../core/supervisor/ocsp/ocsp_stapler.ts";
import { keptLog } from "../../support/kept_log.ts";
import { OcspResponder } from "../../support/ocsp_responder.ts";
import { until } from "../../support/until.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A stapler of one certificate, with a clock that only the test moves and a responder that does what the test says. */
class Stapling {
  readonly #responder: OcspResponder;
  readonly stapler: OcspStapler;
  readonly stapled: StapledCertificate;
  now = Date.now();
  /** Days that the next answer holds; undefined when there is none. */
  days: string | undefined;
  /** Awaited before an answer. */
  held: Promise<void> | undefined;
  readonly signals: AbortSignal[] = [];
  readonly changes: (Buffer | undefined)[] = [];
  readonly #log = keptLog<{ reason: string }>("warn");
  /** What waits for its time. */
  readonly waiting = new Map<object, { readonly run: () => void; readonly wait: number }>();

  private constructor(t: TestContext, responder: OcspResponder, stapled: StapledCertificate) {
    this.#responder = responder;
    this.stapled = stapled;
    t.mock.method(globalThis, "setTimeout", ((run: () => void, wait: number) => {
      const timer = { unref: () => timer };
      this.waiting.set(timer, { run, wait });
      return timer;
    }) as never);
    t.mock.method(globalThis, "clearTimeout", ((timer: object) => void this.waiting.delete(timer)) as never);
    this.stapler = new OcspStapler({
      logger: this.#log.logger,
      changed: (_, response) => this.changes.push(response),
      now: () => this.now,
      fetch: (_, request, signal) => this.#fetch(Buffer.from(request), signal),
    });
    t.after(() => this.stapler.close());
  }

  static async start(t: TestContext): Promise<Stapling> {
    const responder = await OcspResponder.start(t);
    const made = await responder.issue("V");
    const [certificate, issuer] = [made, responder.authority].map(
      ({ x509 }) => new X509Certificate(x509.toString("pem")),
    );
    return new Stapling(t, responder, { certificate: certificate!, issuer: issuer! });
  }

  get reasons(): string[] {
    return this.#log.lines.map(({ reason }) => reason);
  }

  get asked(): number {
    return this.signals.length;
  }

  /** Milliseconds until it asks again, once it knows. */
  async wait(): Promise<number> {
    const next = await until("it waits for its time", () => [...this.waiting.values()][0]);
    assert.equal(this.waiting.size, 1, "there is one timer for each certificate");
    return next.wait;
  }

  /** The time has come to ask again. Returns the milliseconds until the next time. */
  async next(): Promise<number> {
    await this.wait();
    for (const [timer, { run }] of [...this.waiting]) {
      this.waiting.delete(timer);
      run();
    }
    return await this.wait();
  }

  async #fetch(request: Buffer, signal: AbortSignal): Promise<Buffer> {
    this.signals.push(signal);
    await this.held;
    if (this.days === undefined)
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    return this.#responder.answer(request, this.days);
  }
}

test("a responder that fails is asked again after a minute, then after twice as long, an hour at most", async (t) => {
  const stapling = await Stapling.start(t);
  stapling.stapler.watch([stapling.stapled]);
  const waits = [await stapling.wait()];
  for (let i = 0; i < 7; i++) waits.push(await stapling.next());
  assert.deepEqual(
    waits.map((wait) => wait / MINUTE),
    [1, 2, 4, 8, 16, 32, 60, 60],
  );
  assert.deepEqual([stapling.asked, stapling.reasons.length], [8, 8]);
  assert.equal(stapling.reasons[0], "fetch failed: connect ECONNREFUSED");
  assert.deepEqual(stapling.changes, []);
  stapling.days = "7";
  assert.equal(await stapling.next(), 12 * HOUR, "half of its time, twelve hours at most");
  stapling.days = undefined;
  assert.equal(await stapling.next(), MINUTE, "what failed before is forgotten");
});

test("what was said before is stapled for as long as it holds, and no longer", async (t) => {
  const stapling = await Stapling.start(t);
  stapling.days = "1";
  stapling.stapler.watch([stapling.stapled]);
  const half = await stapling.wait();
  assert.ok(Math.abs(half - 12 * HOUR) < MINUTE, `asks again after ${half} ms`);
  const [response] = stapling.changes;
  assert.ok(response !== undefined);
  const stapledNow = () => [...stapling.stapler.responses.values()];

  stapling.days = undefined;
  stapling.now += DAY - 45 * MINUTE;
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) waits.push(Math.round((await stapling.next()) / MINUTE));
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 45], "never beyond its end");
  assert.deepEqual([stapledNow(), stapling.changes], [[response], [response]]);

  stapling.now += 46 * MINUTE;
  assert.deepEqual(stapledNow(), [], "a worker that starts does not get it any more");
  assert.equal(await stapling.next(), HOUR);
  assert.deepEqual(stapling.changes, [response, undefined], "the others are told");
  await stapling.next();
  assert.equal(stapling.changes.length, 2, "once");

  stapling.days = "7";
  await stapling.next();
  assert.equal(stapling.changes.length, 3);
  assert.deepEqual(stapledNow(), [stapling.changes[2]]);
});

test("shortly before its end it asks every minute at most", async (t) => {
  const stapling = await Stapling.start(t);
  stapling.days = "1";
  stapling.stapler.watch([stapling.stapled]);
  await stapling.wait();
  stapling.now += DAY - 20_000;
  assert.equal(await stapling.next(), MINUTE, "half of its time is over");
  stapling.days = undefined;
  for (let i = 0; i < 3; i++) assert.equal(await stapling.next(), MINUTE);
});

test("close ends what is under way and what waits, and nothing is told any more", async (t) => {
  for (const days of ["7", undefined]) {
    const waits = await Stapling.start(t);
    waits.days = "7";
    waits.stapler.watch([waits.stapled]);
    await waits.wait();
    waits.stapler.close();
    assert.deepEqual([waits.waiting.size, waits.stapler.responses.size], [0, 0]);

    const asks = await Stapling.start(t);
    const { promise, resolve } = Promise.withResolvers<void>();
    asks.held = promise;
    asks.days = days;
    asks.stapler.watch([asks.stapled]);
    await until("it asks", () => asks.asked === 1);
    asks.stapler.close();
    assert.ok(asks.signals[0]!.aborted);
    resolve();
    await new Promise((done) => setImmediate(done));
    assert.deepEqual([asks.waiting.size, asks.changes, asks.reasons], [0, [], []]);
    t.mock.restoreAll();
  }
});

test("an answer about a certificate that has gone meanwhile is thrown away", async (t) => {
  const stapling = await Stapling.start(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  stapling.held = promise;
  stapling.days = "7";
  stapling.stapler.watch([stapling.stapled]);
  await until("it asks", () => stapling.asked === 1);
  stapling.stapler.watch([]);
  resolve();
  await new Promise((done) => setImmediate(done));
  assert.deepEqual([stapling.waiting.size, stapling.changes], [0, []]);
});

test("without the issuer's certificate nobody is asked, until it is there", async (t) => {
  const stapling = await Stapling.start(t);
  const { certificate } = stapling.stapled;
  stapling.days = "7";
  stapling.stapler.watch([{ certificate, issuer: undefined }]);
  assert.match(stapling.reasons[0] ?? "", /does not have the issuer's certificate/);
  assert.deepEqual([stapling.asked, stapling.waiting.size], [0, 0]);
  stapling.stapler.watch([{ certificate, issuer: undefined }]);
  assert.equal(stapling.reasons.length, 1, "which is said once");
  stapling.stapler.watch([stapling.stapled]);
  await stapling.wait();
  assert.equal(stapling.changes.length, 1);
  stapling.stapler.watch([{ certificate, issuer: undefined }]);
  stapling.stapler.watch([stapling.stapled]);
  assert.equal(stapling.stapler.responses.size, 1, "what there is stays");
  assert.equal(stapling.asked, 1);
});
