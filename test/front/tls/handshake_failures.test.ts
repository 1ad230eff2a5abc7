import assert from "node:assert/strict";
import test from "node:test";
import { type FailedHandshakes, HandshakeFailures } from "../../../core/front/tls/handshake_failures.ts";

test("of many failures one is told per second, with how many there were", () => {
  const told: FailedHandshakes[] = [];
  let now = 0;
  const failures = new HandshakeFailures(
    (failed) => told.push(failed),
    () => now,
  );
  for (now = 0; now < 3500; now++) failures.add(`reason ${now}`, "192.0.2.1");
  assert.deepEqual(told, [
    { failures: 1, reason: "reason 0", client: "192.0.2.1" },
    { failures: 1000, reason: "reason 1000", client: "192.0.2.1" },
    { failures: 1000, reason: "reason 2000", client: "192.0.2.1" },
    { failures: 1000, reason: "reason 3000", client: "192.0.2.1" },
  ]);
});
