import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadRound } from "../../core/supervisor/load_round.ts";
import type { WorkerProcess } from "../../core/supervisor/worker_process.ts";

const site = { site: "a.test", version: 2, code: "", sourceMap: "", inputs: [] };
const worker = (pid: number) => ({ pid, killed: false, kill() {} }) as unknown as WorkerProcess;
const loaded = { type: "loaded", site: "a.test", version: 2 } as const;

test("a round is over when every worker has answered or has ended", async () => {
  const [a, b, c] = [worker(1), worker(2), worker(3)];
  const round = new LoadRound(site, [a, b, c], false);
  round.answered(a, loaded);
  round.answered(b, { ...loaded, type: "refused", message: "no" });
  assert.equal(round.tries(c, "a.test"), false);
  round.ended(c);
  assert.equal(await round.outcome, "no");
});

test("outside of a trial the end of a worker refuses nothing", async () => {
  const a = worker(1);
  const round = new LoadRound(site, [a], false);
  round.ended(a);
  assert.equal(await round.outcome, undefined);
});

test("in a trial the end of the worker is a refusal, unless it had loaded the version before", async () => {
  const [a, b] = [worker(1), worker(2)];
  const ended = new LoadRound(site, [a], true);
  assert.deepEqual([ended.tries(a, "a.test"), ended.tries(a, "b.test")], [true, false]);
  ended.ended(a);
  assert.match((await ended.outcome) ?? "", /worker 1 has ended/);

  const accepted = new LoadRound(site, [b], true);
  accepted.answered(b, { ...loaded, version: 1 });
  assert.equal(accepted.tries(b, "a.test"), true, "an answer to another version");
  accepted.answered(b, loaded);
  accepted.ended(b);
  assert.equal(await accepted.outcome, undefined);
});

test("a worker whose trial takes too long is killed: it would be the only one with that version", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const a = worker(1);
  const kill = t.mock.method(a, "kill");
  const round = new LoadRound(site, [a], true);
  t.mock.timers.tick(10_000);
  assert.match((await round.outcome) ?? "", /no answer within 10000 ms from worker 1/);
  assert.equal(kill.mock.callCount(), 1);
});
