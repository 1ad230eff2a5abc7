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
