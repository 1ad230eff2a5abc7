import assert from "node:assert/strict";
import test from "node:test";
import { missingIsolateFlags } from "../../core/testing/isolate_flags.ts";

test("flags count on the command line and in NODE_OPTIONS, with either kind of dash", () => {
  assert.deepEqual(missingIsolateFlags([], ""), ["--no-node-snapshot", "--no-use-osr"]);
  assert.deepEqual(missingIsolateFlags(["--no-node-snapshot", "--no-use-osr"], ""), []);
  assert.deepEqual(missingIsolateFlags(["--no_use_osr"], "--x --no-node-snapshot"), []);
  assert.deepEqual(missingIsolateFlags(["--no-use-osr"], ""), ["--no-node-snapshot"]);
});
