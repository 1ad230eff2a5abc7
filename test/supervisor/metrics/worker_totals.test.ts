import assert from "node:assert/strict";
import { test } from "node:test";
import { DURATIONS } from "../../../core/observe/metrics/families.ts";
import { addSample, type Snapshot } from "../../../core/observe/metrics/snapshot.ts";
import { metricsText } from "../../../core/supervisor/metrics/metrics_text.ts";
import { WorkerTotals } from "../../../core/supervisor/metrics/worker_totals.ts";
import { metric, parseMetrics } from "../../support/metrics_text.ts";

function snapshot(requests: number, active: number, site = "one"): Snapshot {
  const to: Snapshot = {};
  addSample(to, "lodestone_requests_total", requests, site, "read", "200", "script");
  addSample(to, "lodestone_requests_active", active, site);
  const durations = new Array(DURATIONS.length + 2).fill(0);
  durations[2] = requests;
  durations[DURATIONS.length + 1] = requests * 0.005;
  addSample(to, "lodestone_request_duration_seconds", durations, site);
  return to;
}

test("counters of ended workers stay in the sum, their gauges go, and last words that come late count once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const totals = new WorkerTotals<object>();
  const [first, second] = [{}, {}];
  const requests = () => totals.sum().value("lodestone_requests_total", "one", "read", "200", "script");
  const active = () => totals.sum().value("lodestone_requests_active", "one");
  totals.told(first, snapshot(5, 1));
  totals.told(second, snapshot(7, 2));
  assert.deepEqual([requests(), active()], [12, 3]);
  totals.told(first, snapshot(6, 1));
  totals.ended(first);
  assert.deepEqual([requests(), active()], [13, 2]);
  totals.told(first, snapshot(8, 0));
  assert.deepEqual([requests(), active()], [15, 2]);
  t.mock.timers.tick(10_000);
  assert.deepEqual([requests(), active()], [15, 2]);
  assert.equal(totals.last(first), undefined);
  totals.retain("site", new Set(["other"]));
  assert.deepEqual([requests(), active()], [7, 2]);
  totals.ended(second);
  t.mock.timers.tick(10_000);
  assert.deepEqual([requests(), active()], [0, 0]);
});

test("the text is well-formed, with whatever a configuration calls its sites", async () => {
  const totals = new WorkerTotals<object>();
  const name = 'a"b\\c\nd';
  totals.told({}, snapshot(3, 0, name));
  totals.told({}, snapshot(4, 0, name));
  const families = parseMetrics(await metricsText(totals.sum()));
  assert.equal(metric(families, "lodestone_requests_total", { site: name }), 7);
  assert.equal(metric(families, "lodestone_request_duration_seconds_count", { site: name }), 7);
  assert.equal(
    metric(families, "lodestone_request_duration_seconds_bucket", { site: name, le: "0.0025" }),
    0,
  );
  assert.equal(metric(families, "lodestone_request_duration_seconds_bucket", { site: name, le: "0.005" }), 7);
});
