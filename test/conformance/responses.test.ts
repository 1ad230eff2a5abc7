import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Lodestone } from "../support/lodestone.ts";
import { type AnsweringBackend, NEXT_ANSWER, startAnsweringBackend } from "./answering_backend.ts";
import { portOf, startOurs } from "./fronts.ts";
import { receiveRow } from "./receive_row.ts";
import { CUT } from "./request_row.ts";
import { responseRows } from "./response_rows.ts";

let backend: AnsweringBackend;
let lodestone: Lodestone | undefined;

before(async () => {
  backend = await startAnsweringBackend();
  lodestone = await startOurs(backend.url);
});

after(async () => {
  await lodestone?.stop();
  await backend[Symbol.asyncDispose]();
});

for (const [topic, rows] of Object.entries(responseRows)) {
  describe(topic, () => {
    for (const row of rows) {
      test(`${row.why} (RFC ${row.rfc})`, async () => {
        const { text, status, isWhole, hung, next } = await receiveRow(
          row,
          portOf(lodestone!.address),
          backend,
        );
        assert.equal(hung, false, "the client got neither an answer nor an end");
        if (typeof row.gets === "number") {
          assert.equal(status, row.gets);
          assert.match(text, new RegExp(`<h1>${row.gets} `), "the proxy's own page");
          assert.ok(isWhole);
        } else if (row.gets.endsWith(CUT)) {
          assert.ok(row.gets.startsWith(text) || status === 502, `got ${JSON.stringify(text.slice(0, 300))}`);
          assert.ok(!isWhole || status === 502, "a broken response passes for whole");
        } else {
          assert.equal(text, row.gets);
        }
        assert.equal(next, NEXT_ANSWER, "the next client's answer");
      });
    }
  });
}

test("there are at least 150 rows, each of them once", () => {
  const rows = Object.values(responseRows).flat();
  assert.equal(
    new Set(rows.map((row) => `${row.method}${row.send}${row.afterwards}${row.pace}`)).size,
    rows.length,
  );
  assert.ok(rows.length >= 150, `${rows.length}`);
});
