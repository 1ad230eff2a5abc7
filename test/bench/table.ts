import type { ServerResult, WorkloadResult } from "./compare.ts";
import type { Spread } from "./spread.ts";

const headings = [
  "server",
  "CPU us/request",
  "requests/s",
  "p50 us",
  "p99 us",
  "RSS MB",
  "Lodestone's CPU / its CPU",
];

/** The results of one workload as a table of text: medians, and the range of the rounds where it matters. */
export function table(result: WorkloadResult): string {
  const rows = [headings, ...result.servers.map(cells)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return `${result.title}\n\n${lines.join("\n")}\n`;
}

function cells(server: ServerResult): string[] {
  return [
    server.title,
    range(server.cpuPerRequest),
    Math.round(server.requestsPerSecond.median).toLocaleString("en"),
    server.p50 === undefined ? "" : Math.round(server.p50.median).toString(),
    server.p99 === undefined ? "" : Math.round(server.p99.median).toString(),
    (server.resident / 2 ** 20).toFixed(0),
    server.lodestoneRatio === undefined || server.name === "lodestone" ? "" : range(server.lodestoneRatio),
  ];
}

function range({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
}
