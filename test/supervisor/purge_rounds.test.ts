import assert from "node:assert/strict";
import { test } from "node:test";
import type { PurgeDoneMessage, PurgeMessage } from "../../core/supervisor/messages.ts";
import { PurgeRounds } from "../../core/supervisor/purge_rounds.ts";

class TestWorker {
  readonly heard: (PurgeMessage | PurgeDoneMessage)[] = [];
  send(message: PurgeMessage | PurgeDoneMessage): void {
    this.heard.push(message);
  }
}

const purges = [{ site: "a.test", tags: ["x"] }];
const nowhere = async () => undefined;

test("a purge is done when every worker has answered or has ended", async () => {
  const rounds = new PurgeRounds(nowhere);
  const [a, b] = [new TestWorker(), new TestWorker()];
  let isDone = false;
  const done = rounds.begin([a, b], purges).then((failure) => {
    isDone = true;
    return failure;
  });
  assert.deepEqual(a.heard, [{ type: "purge", round: 1, purges }]);
  rounds.told(a, { type: "purged", round: 1 });
  rounds.told(a, { type: "purged", round: 1 });
  rounds.told(b, { type: "purged", round: 7 });
  await null;
  assert.equal(isDone, false);
  rounds.ended(b);
  assert.equal(await done, undefined);
});

test("without workers it is done at once", async () => {
  assert.equal(await new PurgeRounds(nowhere).begin([], purges), undefined);
});

test("a worker that does not answer in time fails the purge", { timeout: 5000 }, async () => {
  const alive = setInterval(() => {}, 1000);
  const failure = await new PurgeRounds(nowhere, 10).begin([new TestWorker()], purges);
  clearInterval(alive);
  assert.match(String(failure), /did not answer in time/);
});

test("a worker that asks for a purge hears when it is done everywhere", async () => {
  const everywhere = Promise.withResolvers<string | undefined>();
  const rounds = new PurgeRounds(() => everywhere.promise);
  const worker = new TestWorker();
  rounds.told(worker, { type: "purge", purges });
  await null;
  assert.deepEqual(worker.heard, []);
  everywhere.resolve("why not");
  await everywhere.promise;
  await null;
  assert.deepEqual(worker.heard, [{ type: "purgeDone", failure: "why not" }]);
});
