// A drawing of a bench's results: `npm run bench -- plot.ts result.json plot.svg`.
import { readFileSync, writeFileSync } from "node:fs";
import { serverNames } from "./bench_server.ts";
import { budgets } from "./budgets.ts";
import type { ServerResult, WorkloadResult } from "./compare.ts";

const WIDTH = 1120;
const LEFT = 450;
const RIGHT = 24;
const TOP = 96;
const ROW = 34;
/** Light and dark backgrounds both let these through. */
const INK = "#7d8590";
const GRID = "#7d859040";

/** One sign and colour for each server, so that neither alone has to tell them apart. */
const signs: Readonly<Record<string, { readonly colour: string; readonly path: string }>> = {
  lighttpd: { colour: "#3b82c4", path: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z" },
  nginx: { colour: "#2e9e5b", path: "M-4.5 -4.5H4.5V4.5H-4.5Z" },
  njs: { colour: "#2e9e5b", path: "M0 -6L6 0L0 6L-6 0Z" },
  bare: { colour: "#2e9e5b", path: "M0 -6L5.5 4.5H-5.5Z" },
  haproxy: { colour: "#b8629f", path: "M-5 -2H-2V-5H2V-2H5V2H2V5H-2V2H-5Z" },
  apache: { colour: "#d0673b", path: "M0 6L5.5 -4.5H-5.5Z" },
  varnish: { colour: "#a08a1f", path: "M0 -6L6 0L0 6L-6 0Z" },
  workerd: { colour: "#c2475a", path: "M-4.5 -4.5H4.5V4.5H-4.5Z" },
  naive: { colour: "#8d6bd1", path: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z" },
  net: { colour: "#8d6bd1", path: "M0 -6L5.5 4.5H-5.5Z" },
};

/** The ratio of Lodestone's CPU per request to each server's, a row for each workload, as an SVG document. */
export function plot(results: readonly WorkloadResult[]): string {
  const rows = results
    .map((result) => ({ ...result, servers: result.servers.filter(isPeer) }))
    .filter(({ servers }) => servers.length > 0);
  const ratios = rows.flatMap(({ servers }) => servers.map(({ lodestoneRatio }) => lodestoneRatio!.median));
  const scale = logScale(ratios);
  const bottom = TOP + rows.length * ROW;
  const names = serverNames.filter((name) =>
    rows.some(({ servers }) => servers.some((s) => s.name === name)),
  );
  const titles = new Map(
    rows.flatMap(({ servers }) => servers.map(({ name, title }) => [name, title] as const)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 48}" font-family="system-ui, sans-serif" font-size="13" fill="${INK}">
<title>Lodestone's CPU per request as a multiple of each server's</title>
${names.map((name, i) => legend(name, titles.get(name)!, i)).join("")}${budgetLegend(names.length)}
${scale.ticks.map((tick) => gridLine(scale.at(tick), tick, bottom)).join("")}
${rows.map((row, i) => drawRow(row, TOP + (i + 0.5) * ROW, scale.at)).join("")}
<text x="${LEFT}" y="${bottom + 40}">← Lodestone needs less CPU</text>
<text x="${WIDTH - RIGHT}" y="${bottom + 40}" text-anchor="end">Lodestone needs more CPU →</text>
</svg>
`;
}

function isPeer({ name, lodestoneRatio }: ServerResult): boolean {
  return name !== "lodestone" && lodestoneRatio !== undefined && lodestoneRatio.median > 0;
}

interface Scale {
  readonly ticks: readonly number[];
  /** The horizontal place of a ratio. */
  at(ratio: number): number;
}

/** From the 1, 2 or 5 below the smallest to the one above the largest. */
function logScale(ratios: readonly number[]): Scale {
  const all = [-3, -2, -1, 0, 1, 2].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
  const [smallest, largest] = [Math.min(0.5, ...ratios), Math.max(2, ...ratios)];
  const low = all.findLast((tick) => tick <= smallest) ?? all[0]!;
  const high = all.find((tick) => tick >= largest) ?? all.at(-1)!;
  const at = (ratio: number): number => {
    const share = Math.log(ratio / low) / Math.log(high / low);
    return LEFT + Math.min(1, Math.max(0, share)) * (WIDTH - LEFT - RIGHT);
  };
  return { ticks: all.filter((tick) => tick >= low && tick <= high), at };
}

function gridLine(x: number, tick: number, bottom: number): string {
  const [stroke, width] = tick === 1 ? [INK, 1.5] : [GRID, 1];
  const label = `${Number(tick.toPrecision(1))}×`;
  return `<path d="M${x.toFixed(1)} ${TOP - 8}V${bottom}" stroke="${stroke}" stroke-width="${width}"/>
<text x="${x.toFixed(1)}" y="${bottom + 18}" text-anchor="middle" font-size="12">${label}</text>
`;
}

function drawRow({ workload, title, servers }: WorkloadResult, y: number, at: Scale["at"]): string {
  const limits = (budgets[workload] ?? []).map(({ servers: of, ratio }) => {
    const colour = of.length === 1 ? signs[of[0]!]!.colour : INK;
    return `<path d="M${at(ratio).toFixed(1)} ${y - 13}V${y + 13}" stroke="${colour}" stroke-width="3" stroke-dasharray="3 2"/>\n`;
  });
  const points = servers.map(({ name, title, lodestoneRatio }) => {
    const { median, min, max } = lodestoneRatio!;
    const { colour, path } = signs[name]!;
    const range = `<path d="M${at(min).toFixed(1)} ${y}H${at(max).toFixed(1)}" stroke="${colour}" stroke-opacity="0.5" stroke-width="2"/>`;
    const tip = `<title>${escaped(title)}: ${median.toFixed(2)}</title>`;
    return `${range}<path d="${path}" transform="translate(${at(median).toFixed(1)} ${y})" fill="${colour}">${tip}</path>\n`;
  });
  return `<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="${GRID}" stroke-width="0.5"/>
<text x="${LEFT - 14}" y="${y + 4.5}" text-anchor="end">${escaped(title)}</text>
${limits.join("")}${points.join("")}`;
}

/** Five in a row. */
function legendPlace(i: number): [number, number] {
  return [24 + (i % 5) * 205, 32 + Math.floor(i / 5) * 22];
}

function legend(name: string, title: string, i: number): string {
  const [x, y] = legendPlace(i);
  const { colour, path } = signs[name]!;
  return `<path d="${path}" transform="translate(${x} ${y})" fill="${colour}"/><text x="${x + 12}" y="${y + 4.5}">${escaped(title)}</text>\n`;
}

function budgetLegend(i: number): string {
  const [x, y] = legendPlace(i);
  return `<path d="M${x} ${y - 8}V${y + 8}" stroke="${INK}" stroke-width="3" stroke-dasharray="3 2"/><text x="${x + 12}" y="${y + 4.5}">budget, in its server's colour</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.main) {
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined) throw new Error("Usage: plot.ts RESULT.json PLOT.svg");
  const { results } = JSON.parse(readFileSync(from, "utf8")) as { results: WorkloadResult[] };
  writeFileSync(to, plot(results));
}
