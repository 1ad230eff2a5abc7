import assert from "node:assert/strict";
import { test } from "node:test";
import type { Purges } from "../../core/supervisor/messages.ts";
import { PurgeRequests } from "../../core/worker/purge_requests.ts";

test("one message is on its way at a time, and what comes meanwhile goes together", async () => {
  const sent: Purges[] = [];
  const requests = new PurgeRequests((purges) => sent.push(purges));
  const first = requests.purge("a.test", ["x"]);
  const others = [
    requests.purge("a.test", ["y"]),
    requests.purge("b.test", ["y"]),
    requests.purge("a.test", ["y", "z"]),
  ];
  assert.deepEqual(sent, [[{ site: "a.test", tags: ["x"] }]]);
  requests.done(undefined);
  await first;
  assert.deepEqual(sent[1], [
    { site: "a.test", tags: ["y", "z"] },
    { site: "b.test", tags: ["y"] },
  ]);
  requests.done("a worker did not answer in time");
  for (const other of others) await assert.rejects(other, /did not answer in time/);
  const last = requests.purge("a.test", ["x"]);
  requests.done(undefined);
  await last;
  assert.equal(sent.length, 3);
});

test("too many tags of a site at once are refused, those of others are not", async () => {
  const requests = new PurgeRequests(() => {});
  void requests.purge("a.test", ["under way"]);
  const tags = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => prefix + i);
  void requests.purge("a.test", tags("a", 1000));
  await assert.rejects(requests.purge("a.test", ["one more"]), /at most 1000 tags/);
  const other = requests.purge("b.test", ["x"]);
  requests.done(undefined);
  requests.done(undefined);
  await other;
});
