import assert from "node:assert/strict";
import { test } from "node:test";
import { addSample, type Snapshot } from "../../../core/observe/metrics/snapshot.ts";
import { type MeasuredWorker, WorkerMeasuring } from "../../../core/supervisor/metrics/worker_measuring.ts";

class TestWorker implements MeasuredWorker {
  state: MeasuredWorker["state"] = "serving";
  readonly requests: number[] = [];

  send({ request }: { readonly request: number }): void {
    this.requests.push(request);
  }
}

function counted(requests: number): Snapshot {
  const to: Snapshot = {};
  addSample(to, "lodestone_requests_total", requests, "one", "read", "200", "script");
  return to;
}

const total = (measuring: WorkerMeasuring): number =>
  measuring.totals.sum().value("lodestone_requests_total", "one", "read", "200", "script");

test("who asks while workers are being asked gets the same round, and one that starts is not waited for", async () => {
  const measuring = new WorkerMeasuring();
  const [one, two, starting] = [new TestWorker(), new TestWorker(), new TestWorker()];
  starting.state = "starting";
  for (const worker of [one, two, starting]) measuring.started(worker);
  const asked = [measuring.ask(), measuring.ask()];
  assert.deepEqual([one.requests, two.requests, starting.requests], [[1], [1], []]);
  measuring.told(one, 1, counted(3), []);
  measuring.told(two, 1, counted(4), [{ site: "one", message: "broken" }]);
  await Promise.all(asked);
  assert.equal(total(measuring), 7);
  assert.equal(measuring.unanswered.size, 0);
  assert.equal(measuring.faults.get("one"), "broken");
});

test("a worker that does not answer in time keeps its last figures, and its late answer counts in the next round", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const measuring = new WorkerMeasuring();
  const [busy, quick] = [new TestWorker(), new TestWorker()];
  for (const worker of [busy, quick]) measuring.started(worker);
  measuring.told(busy, 0, counted(5), []);
  const asked = measuring.ask();
  measuring.told(quick, 1, counted(1), []);
  t.mock.timers.tick(500);
  await asked;
  assert.deepEqual([...measuring.unanswered], [busy]);
  assert.equal(total(measuring), 6);
  const again = measuring.ask();
  measuring.told(busy, 1, counted(8), []);
  measuring.told(quick, 2, counted(1), []);
  measuring.told(busy, 2, counted(9), []);
  await again;
  assert.equal(measuring.unanswered.size, 0);
  assert.equal(total(measuring), 10);
});

test("a worker that ends is waited for no longer, and without workers there is nothing to wait for", async () => {
  const measuring = new WorkerMeasuring();
  await measuring.ask();
  const worker = new TestWorker();
  measuring.started(worker);
  const asked = measuring.ask();
  measuring.ended(worker);
  await asked;
  measuring.totals.close();
});

test("a worker that leaves is asked as well: it still serves what it has begun", async () => {
  const measuring = new WorkerMeasuring();
  const leaving = new TestWorker();
  leaving.state = "leaving";
  measuring.started(leaving);
  const asked = measuring.ask();
  assert.deepEqual(leaving.requests, [1]);
  measuring.told(leaving, 1, counted(2), []);
  await asked;
  assert.equal(total(measuring), 2);
});

test("what a worker tells unasked is no answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const measuring = new WorkerMeasuring();
  const worker = new TestWorker();
  measuring.started(worker);
  const asked = measuring.ask();
  measuring.told(worker, 0, counted(2), []);
  t.mock.timers.tick(500);
  await asked;
  assert.deepEqual([...measuring.unanswered], [worker]);
});

test("the time of a round that is over is not that of the next", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const measuring = new WorkerMeasuring();
  const worker = new TestWorker();
  measuring.started(worker);
  const first = measuring.ask();
  t.mock.timers.tick(400);
  measuring.told(worker, 1, counted(1), []);
  await first;
  let isOver = false;
  const second = measuring.ask().then(() => {
    isOver = true;
  });
  t.mock.timers.tick(400);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  t.mock.timers.tick(100);
  await second;
  assert.deepEqual([...measuring.unanswered], [worker]);
});

test("faults are those of workers that run, of each site the first, and as each worker told last", () => {
  const measuring = new WorkerMeasuring();
  const [one, two] = [new TestWorker(), new TestWorker()];
  for (const worker of [one, two]) measuring.started(worker);
  measuring.told(one, 0, counted(0), [{ site: "a", message: "of one" }]);
  measuring.told(two, 0, counted(0), [
    { site: "a", message: "of two" },
    { site: "b", message: "of two" },
  ]);
  assert.deepEqual(Object.fromEntries(measuring.faults), { a: "of one", b: "of two" });
  measuring.told(one, 0, counted(0), []);
  assert.equal(measuring.faults.get("a"), "of two");
  measuring.ended(two);
  assert.equal(measuring.faults.size, 0);
  measuring.told(two, 0, counted(0), [{ site: "a", message: "last words" }]);
  assert.equal(measuring.faults.size, 0);
  measuring.totals.close();
});
