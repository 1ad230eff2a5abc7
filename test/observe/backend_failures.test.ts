import assert from "node:assert/strict";
import test from "node:test";
import { BackendFailures } from "../../core/observe/backend_failures.ts";
import { keptLog } from "../support/kept_log.ts";

const failure = {
  backend: "app",
  site: "www.example.org",
  id: "abc-1",
  code: "backend_refused",
  error: "connecting to http://127.0.0.1:3000 failed: ECONNREFUSED",
};

/** Failures reported at times the test sets, and the lines that come of them. */
function start() {
  const { logger, lines } = keptLog("warn");
  const clock = { now: 5 };
  const failures = new BackendFailures(logger, () => clock.now);
  return { lines, clock, failures };
}

test("the first failure is a warning with all there is to know", () => {
  const { lines, failures } = start();
  failures.report(failure);
  assert.deepEqual(lines[0], { level: 40, ...failure, msg: "backend failed" });
});

test("a dead backend has one line a second, which counts what it stands for", () => {
  const { lines, clock, failures } = start();
  for (let i = 0; i < 3000; i++) {
    clock.now = i;
    failures.report(failure);
  }
  assert.deepEqual(
    lines.map(({ suppressed }) => suppressed),
    [undefined, 999, 999],
  );
});

test("a failure that comes alone after a while suppresses nothing", () => {
  const { lines, clock, failures } = start();
  failures.report(failure);
  clock.now += 60_000;
  failures.report(failure);
  assert.deepEqual(
    lines.map(({ suppressed }) => suppressed),
    [undefined, undefined],
  );
});

test("another backend, or another code of the same, has a line of its own", () => {
  const { lines, failures } = start();
  failures.report(failure);
  failures.report({ ...failure, backend: "api" });
  failures.report({ ...failure, code: "backend_timeout" });
  failures.report({ ...failure, site: "other.example.org" });
  assert.deepEqual(
    lines.map(({ backend, code }) => `${backend} ${code}`),
    ["app backend_refused", "api backend_refused", "app backend_timeout"],
  );
});

test("however many backends fail, lines and memory are bounded", () => {
  const { lines, clock, failures } = start();
  for (let i = 0; i < 5000; i++) failures.report({ ...failure, backend: `backend ${i}` });
  const bound = lines.length;
  assert.ok(bound <= 1000, `${bound} lines at once`);
  clock.now += 1000;
  failures.report({ ...failure, backend: "one more" });
  assert.equal(lines.at(-1)?.backend, "one more");
});
