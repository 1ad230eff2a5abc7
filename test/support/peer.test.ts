import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { findProgram, missingPeer, requirePeer } from "./peer.ts";

/** Runs `body` as if no program were installed. */
function withoutPrograms(body: () => void): void {
  const { PATH, LODESTONE_REQUIRE_PEERS } = process.env;
  process.env.PATH = "/nonexistent";
  delete process.env.LODESTONE_REQUIRE_PEERS;
  try {
    body();
  } finally {
    process.env.PATH = PATH;
    if (LODESTONE_REQUIRE_PEERS !== undefined) process.env.LODESTONE_REQUIRE_PEERS = LODESTONE_REQUIRE_PEERS;
    else delete process.env.LODESTONE_REQUIRE_PEERS;
  }
}

test("a missing program skips the test and names its package, or fails it where programs are required", () => {
  withoutPrograms(() => {
    const skipped: (string | undefined)[] = [];
    const t = { skip: (message?: string) => void skipped.push(message) } as TestContext;
    assert.equal(requirePeer(t, "wrk"), false);
    assert.deepEqual(skipped, ["wrk is not installed: run test/peers/install.sh, or apt-get install wrk"]);
    process.env.LODESTONE_REQUIRE_PEERS = "1";
    assert.throws(() => requirePeer(t, "wrk"), /wrk is not installed/);
  });
});

test("a program that is there is found by its path", () => {
  assert.match(findProgram("sh")!, /^\/.*\/sh$/);
  assert.equal(missingPeer(), undefined);
});
