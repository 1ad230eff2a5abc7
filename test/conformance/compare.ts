// Puts every row through Lodestone and nginx and writes docs/conformance.md; takes about a minute.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "../support/child.ts";
import { findProgram } from "../support/peer.ts";
import { startAnsweringBackend } from "./answering_backend.ts";
import { type ComparedRow, conformancePage } from "./conformance_page.ts";
import { portOf, startOurs, startTheirs } from "./fronts.ts";
import { receiveRow } from "./receive_row.ts";
import { startRecordingBackend } from "./recording_backend.ts";
import { requestRows } from "./request_rows.ts";
import { responseRows } from "./response_rows.ts";
import { sendRow } from "./send_row.ts";
import { requestVerdict, responseVerdict } from "./verdict.ts";

async function compareRequests(): Promise<ComparedRow[]> {
  await using backend = await startRecordingBackend();
  await using ours = await startOurs(backend.url);
  await using theirs = await startTheirs(backend.url);
  const compared: ComparedRow[] = [];
  for (const [topic, rows] of Object.entries(requestRows)) {
    for (const row of rows) {
      compared.push({
        topic,
        why: row.why,
        rfc: row.rfc,
        ours: requestVerdict(await sendRow(row, portOf(ours.address), backend)),
        theirs: requestVerdict(await sendRow(row, theirs.port, backend)),
      });
    }
  }
  return compared;
}

async function compareResponses(): Promise<ComparedRow[]> {
  await using backend = await startAnsweringBackend();
  await using ours = await startOurs(backend.url);
  await using theirs = await startTheirs(backend.url);
  const compared: ComparedRow[] = [];
  for (const [topic, rows] of Object.entries(responseRows)) {
    for (const row of rows) {
      compared.push({
        topic,
        why: row.why,
        rfc: row.rfc,
        ours: responseVerdict(await receiveRow(row, portOf(ours.address), backend)),
        theirs: responseVerdict(await receiveRow(row, theirs.port, backend)),
      });
    }
  }
  return compared;
}

const nginx = findProgram("nginx");
if (nginx === undefined) throw new Error("nginx is not installed: run test/peers/install.sh");
const { stderr: version } = await run(nginx, ["-v"]);
const rows = [...(await compareRequests()), ...(await compareResponses())];
const page = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url));
writeFileSync(page, conformancePage(rows, version.trim().replace("nginx version: ", "")));
process.stdout.write(`${rows.length} rows written to ${page}\n`);
