import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Lodestone } from "../support/lodestone.ts";
import { portOf, startOurs } from "./fronts.ts";
import { type RecordingBackend, startRecordingBackend } from "./recording_backend.ts";
import { CUT } from "./request_row.ts";
import { requestRows } from "./request_rows.ts";
import { sendRow, withoutOwnFields } from "./send_row.ts";

let backend: RecordingBackend;
let lodestone: Lodestone | undefined;

before(async () => {
  backend = await startRecordingBackend();
  lodestone = await startOurs(backend.url);
});

after(async () => {
  await lodestone?.stop();
  await backend[Symbol.asyncDispose]();
});

for (const [topic, rows] of Object.entries(requestRows)) {
  describe(topic, () => {
    for (const row of rows) {
      test(`${row.why} (RFC ${row.rfc}): ${row.statuses.join(", ") || "closed"}`, async () => {
        const port = portOf(lodestone!.address);
        const { statuses, arrived, wentOn, hung } = await sendRow(row, port, backend);
        assert.equal(hung, false, "neither answered nor closed");
        assert.deepEqual(statuses, row.statuses, "statuses");
        checkArrived(
          arrived.map((request) => withoutOwnFields(request, port)),
          row.arrives,
        );
        assert.equal(wentOn, row.goesOn, "whether the connection takes another request");
      });
    }
  });
}

/** What is to break off arrives as a beginning of that, or not at all. */
function checkArrived(arrived: readonly string[], expected: readonly string[]): void {
  const whole = arrived.filter((request) => !request.endsWith(CUT));
  assert.deepEqual(
    whole,
    expected.filter((request) => !request.endsWith(CUT)),
    "what arrived",
  );
  const most = expected.find((request) => request.endsWith(CUT))?.slice(0, -1) ?? "";
  for (const request of arrived) {
    if (!request.endsWith(CUT)) continue;
    const begin = request.slice(0, -1);
    assert.ok(most.startsWith(begin), `arrived in part: ${JSON.stringify(begin.slice(0, 300))}`);
  }
}

test("there are at least 300 rows, each of them once", () => {
  const rows = Object.values(requestRows).flat();
  const seen = new Set(rows.map((row) => `${row.send}${row.ends}`));
  assert.equal(seen.size, rows.length);
  assert.ok(rows.length >= 300, `${rows.length}`);
});
