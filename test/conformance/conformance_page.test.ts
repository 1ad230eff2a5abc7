import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cell } from "./conformance_page.ts";
import { differences } from "./differences.ts";
import { requestRows } from "./request_rows.ts";
import { responseRows } from "./response_rows.ts";

const COMMAND = "run node_modules/.bin/node test/conformance/compare.ts";
const page = readFileSync(new URL("../../docs/conformance.md", import.meta.url), "utf8");

/** What nginx does is for the command to find out; it takes a minute. Lodestone's side is known. */
test("docs/conformance.md counts the rows as they are", () => {
  for (const [topic, rows] of [...Object.entries(requestRows), ...Object.entries(responseRows)]) {
    assert.ok(page.includes(`| ${topic} | ${rows.length} |`), `${topic}: ${COMMAND}`);
  }
});

test("docs/conformance.md tells of rows there are, with what they expect", () => {
  const requests = Object.values(requestRows).flat();
  const responses = Object.values(responseRows).flat();
  const lines = page.split("\n").filter((line) => /^\| .* \| [0-9d]\S* [0-9.A-Z]*.*\| `/.test(line));
  assert.ok(lines.length > 300, `${lines.length} lines`);
  for (const line of lines) {
    const row = requests.find((one) => line.startsWith(`| ${cell(one.why)} | ${one.rfc} |`));
    const answer = responses.find((one) => line.startsWith(`| ${cell(one.why)} | ${one.rfc} |`));
    assert.ok(row !== undefined || answer !== undefined, `${line}: ${COMMAND}`);
    const expected = [
      row?.statuses.join(" ") || "closed",
      typeof answer?.gets === "number" ? `${answer.gets}` : "",
    ];
    const isTold = expected.some(
      (text) => text !== "" && (line.includes(`| \`${text}`) || line.includes(`| \`\` ${text}`)),
    );
    assert.ok(isTold || typeof answer?.gets === "string", `${line}: ${COMMAND}`);
  }
});

test("docs/conformance.md gives the reasons that there are", () => {
  const titles = Array.from(page.matchAll(/^## (.*)$/gm), (match) => match[1]!);
  for (const title of titles) {
    const reason = differences.find((one) => one.title === title)?.reason;
    assert.ok(reason !== undefined && page.includes(`## ${title}\n\n${reason}\n`), `${title}: ${COMMAND}`);
  }
});
