// Runs each flood at its full scale and puts the figures into docs/http.md:
// `node_modules/.bin/node test/e2e/flood/figures.ts`. Takes three minutes; nothing else should run meanwhile.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { FLOODS, type FloodFigures, measureFlood, startFlooded } from "./flood.ts";

const page = fileURLToPath(new URL("../../../docs/http.md", import.meta.url));
const BEGIN = "<!-- figures of floods -->\n";
const END = "<!-- end of figures of floods -->";

function rowOf(figures: FloodFigures): string {
  const { flood, report, seconds, answers, failures, before, peak } = figures;
  const lost = failures.reduce((sum, [, times]) => sum + times, 0);
  const times = [figures.p50, figures.p99, figures.slowest].map((value) => value.toFixed(value < 10 ? 1 : 0));
  const statuses = Object.entries(report.statuses).map(([status, count]) => `${count} x ${status}`);
  const memory = [before, peak].map((bytes) => Math.round(bytes / 2 ** 20)).join(" to ");
  return `| ${flood} | ${report.opened} | ${report.ended} | ${statuses.join(", ")} | ${seconds.toFixed(0)} | ${answers} | ${lost} | ${times.join(" | ")} | ${memory} |\n`;
}

const rows: string[] = [];
for (const flood of FLOODS) {
  await using lodestone = await startFlooded();
  const row = rowOf(await measureFlood(lodestone, flood));
  process.stdout.write(row);
  rows.push(row);
}
const machine = `${availableParallelism()} cores of ${cpus()[0]?.model ?? "an unknown processor"}, Node ${process.versions.node}`;
const table = `Measured on ${machine}, one worker; latencies of the ordinary client in milliseconds, resident memory of all processes in MB.

| flood | connections | ended by the proxy | answers | seconds | ordinary client's answers | lost | p50 | p99 | slowest | memory |
| --- | --: | --: | --- | --: | --: | --: | --: | --: | --: | --- |
${rows.join("")}`;
const text = readFileSync(page, "utf8");
const begin = text.indexOf(BEGIN) + BEGIN.length;
const end = text.indexOf(END);
if (begin < BEGIN.length || end === -1) throw new Error(`${page}: the marks of the table are missing`);
writeFileSync(page, `${text.slice(0, begin)}\n${table}\n${text.slice(end)}`);
