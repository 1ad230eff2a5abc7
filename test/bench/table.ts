import type { ServerResult, WorkloadResult } from "./compare.ts";
import type { Spread } from "./spread.ts";

const headings = ["server", "CPU us/request", "requests/s", "p50 us", "p99 us"];
const lastHeadings = ["RSS MB", "Lodestone's CPU / its CPU"];

/** The results of one workload as a table of text: medians, and the range of the rounds where it matters. */
export function table(result: WorkloadResult): string {
  // At full load they tell of queueing; those at a rate that all servers can hold tell of speed.
  const isPaced = result.rate > 0;
  const atRate = !isPaced ? [] : [`p50/p99 us at ${result.rate.toLocaleString("en")}/s`];
  const rows = [
    [...headings, ...atRate, ...lastHeadings],
    ...result.servers.map((server) => cells(server, isPaced)),
  ];
  return `${result.title}\n\n${columns(rows)}`;
}

/** Rows of cells as lines of text, the first column to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
  return `${lines.join("\n")}\n`;
}

function cells(server: ServerResult, isPaced: boolean): string[] {
  const { paced } = server;
  return [
    server.title,
    range(server.cpuPerRequest),
    rounded(server.requestsPerSecond.median),
    server.p50 === undefined ? "" : rounded(server.p50.median),
    server.p99 === undefined ? "" : rounded(server.p99.median),
    ...(isPaced ? [paced === undefined ? "" : `${rounded(paced.p50)}/${rounded(paced.p99)}`] : []),
    (server.resident / 2 ** 20).toFixed(0),
    server.lodestoneRatio === undefined || server.name === "lodestone" ? "" : range(server.lodestoneRatio),
  ];
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function range({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
}
