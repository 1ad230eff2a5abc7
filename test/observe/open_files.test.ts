import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { OpenFiles } from "../../core/observe/open_files.ts";
import { keptLog } from "../support/kept_log.ts";

/** No process has so many, and none has so few. */
const PLENTY = 1_000_000;
const NONE = 0;

/** Watches under the given limit while the test lets time pass, and keeps the lines that come of it. */
function watch(t: TestContext, limit: number) {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { logger, lines } = keptLog<{ level: number; limit: number; msg: string }>("info");
  const openFiles = new OpenFiles(logger, limit);
  t.after(() => openFiles.close());
  return { lines, openFiles };
}

test("a shortage of descriptors is one warning a second", (t) => {
  const { lines } = watch(t, NONE);
  for (let time = 0; time < 3500; time += 100) t.mock.timers.tick(100);
  assert.deepEqual(
    lines.map(({ level, limit }) => [level, limit]),
    [
      [40, NONE],
      [40, NONE],
      [40, NONE],
    ],
  );
  assert.match(lines[0]!.msg, /^too many open files: .* The limit is 0; raise it: LimitNOFILE=/);
});

test("without a shortage nothing is said, and nothing after the end", (t) => {
  const plenty = watch(t, PLENTY);
  t.mock.timers.tick(5000);
  assert.deepEqual(plenty.lines, []);
  t.mock.timers.reset();
  const none = watch(t, NONE);
  none.openFiles.close();
  t.mock.timers.tick(5000);
  assert.deepEqual(none.lines, []);
});
