import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import test from "node:test";
import { LogDestination } from "../../core/observe/log_destination.ts";
import { createLogger } from "../../core/observe/logger.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

test("lines carry the process and the bindings, and the level decides which are written", () => {
  using folder = new TemporaryFolder("log");
  const path = folder.write("log", "");
  const fd = openSync(path, "a");
  const destination = new LogDestination({ fd });
  const logger = createLogger({ level: "warn", access: true }, { part: "test" }, destination);
  logger.info("not written");
  logger.warn({ err: new Error("cause") }, "written");
  destination.flushSync();
  closeSync(fd);
  const [line, ...others] = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text));
  assert.deepEqual(others, []);
  assert.deepEqual(
    [line.level, line.pid, line.part, line.msg, line.err.message],
    [40, process.pid, "test", "written", "cause"],
  );
});
