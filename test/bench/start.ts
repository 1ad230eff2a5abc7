// How soon it serves: `npm run bench -- start.ts`; what is measured is in README.md.
import { parseArgs } from "node:util";
import { installPackage } from "../cli/install_package.ts";
import { freePort } from "../support/free_port.ts";
import { startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { TimedClient } from "../support/timed_client.ts";
import { until } from "../support/until.ts";
import { spread } from "./spread.ts";
import { columns } from "./table.ts";

export interface StartResult {
  /** Milliseconds from the start of the process to the first answer. */
  readonly start: number;
  /** Milliseconds of work for a changed script: compiled, tried, loaded by the worker, as the log tells. */
  readonly reload: readonly number[];
  /** Milliseconds from saving the script to the first answer of the new version. */
  readonly saved: readonly number[];
}

export interface StartOptions {
  /** Folder of another checkout or of an installed package. */
  readonly checkout?: string;
  readonly reloads: number;
}

const CONFIG =
  "workers: 1\nlog: { level: info, access: false }\nsites: [{ hosts: ['*'], scripts: [site.ts] }]\n";
const script = (version: number): string =>
  `export default (request: Request): Response => new Response("version ${version} for " + request.path);\n`;

/** One start with one script, and that script changed `reloads` times. */
export async function measureStart({ checkout, reloads }: StartOptions): Promise<StartResult> {
  const address = `127.0.0.1:${await freePort()}`;
  const from = performance.now();
  const first = firstAnswer(`http://${address}`);
  await using lodestone = await startLodestone({
    config: CONFIG,
    listen: JSON.stringify([address]),
    scripts: { "site.ts": script(0) },
    ...(checkout === undefined ? {} : { checkout }),
  });
  const start = (await first) - from;
  const served = async (): Promise<string> => (await request(lodestone.url("/"))).text;
  const saved: number[] = [];
  for (let version = 1; version <= reloads; version++) {
    const since = performance.now();
    lodestone.folder.write("site.ts", script(version));
    await until("the new version", async () => (await served()) === `version ${version} for /`, { every: 1 });
    saved.push(performance.now() - since);
  }
  const lines = () => lodestone.log().filter(({ msg }) => msg === "script reloaded");
  await until("every reload is in the log", () => lines().length === reloads);
  return { start, reload: lines().map(({ milliseconds }) => Number(milliseconds)), saved };
}

/** When it came, for a client that tries until it is connected. */
async function firstAnswer(url: string): Promise<number> {
  using client = await until("a connection", () => TimedClient.open(url).catch(() => undefined), {
    every: 1,
  });
  const { text } = await client.get("site.test");
  if (text !== "version 0 for /") throw new Error(`the first answer is "${text}"`);
  return performance.now();
}

function cell(times: readonly number[]): string {
  const { median, min, max } = spread(times);
  return `${median.toFixed(0)} (${min.toFixed(0)} to ${max.toFixed(0)})`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "9" }, reloads: { type: "string", default: "5" } },
  });
  using folder = new TemporaryFolder("start");
  const forms = [
    { title: "the package, installed", checkout: installPackage(folder.path).folder },
    { title: "a checkout", checkout: undefined },
  ];
  const results = forms.map((): StartResult[] => []);
  // The first of each finds nothing that V8 has compiled before, and does not count.
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [i, { checkout }] of forms.entries()) {
      const reloads = Number(values.reloads);
      const result = await measureStart({ reloads, ...(checkout === undefined ? {} : { checkout }) });
      if (round > 0) results[i]!.push(result);
    }
  }
  const headings = [
    "milliseconds, median and range",
    "start to first answer",
    "work of a reload",
    "save to new answer",
  ];
  const rows = forms.map(({ title }, i) => [
    title,
    cell(results[i]!.map(({ start }) => start)),
    cell(results[i]!.flatMap(({ reload }) => reload)),
    cell(results[i]!.flatMap(({ saved }) => saved)),
  ]);
  process.stdout.write(`${columns([headings, ...rows])}\n`);
}

if (import.meta.main) await main();
