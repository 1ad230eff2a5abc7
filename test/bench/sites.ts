// Many sites on one worker: `npm run bench -- sites.ts`; what is measured is in README.md.
import { parseArgs } from "node:util";
import { ManySites } from "../support/many_sites.ts";
import { findProgram } from "../support/peer.ts";

const { values } = parseArgs({
  options: {
    sites: { type: "string", default: "1000" },
    bound: { type: "string", default: "100" },
    rounds: { type: "string", default: "5" },
  },
});
const sites = Number(values.sites);
const bound = Number(values.bound);
const rounds = Number(values.rounds);

const taskset = findProgram("taskset");
const wrapper = taskset === undefined ? undefined : [taskset, "--cpu-list", "0"];

function percentile(times: readonly number[], share: number): string {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(2);
}

function tell(what: string, times: readonly number[], more = ""): void {
  const figures = `p50 ${percentile(times, 0.5)} ms, p99 ${percentile(times, 0.99)} ms`;
  console.log(`${what.padEnd(44)} ${figures}${more}`);
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

async function measure(live: number): Promise<void> {
  console.log(`\n${sites} sites on one worker, at most ${live} isolates (isolates.live)`);
  await using many = await ManySites.start({ sites, live, ...(wrapper === undefined ? {} : { wrapper }) });
  console.log(`${"start to the first answer".padEnd(44)} ${many.startTime.toFixed(0)} ms`);
  const before = many.memory;
  const first = await many.askAll();
  const after = many.memory;
  tell("first request of each site", first);
  const isolates = Math.min(live, sites) - 1;
  const each = megabytes((after - before) / isolates);
  console.log(
    `${"memory of the worker".padEnd(44)} ${megabytes(before)}, then ${megabytes(after)}: ${each} an isolate`,
  );
  for (let round = 1; round <= rounds; round++) {
    const times = await many.askAll();
    tell(`round ${round}: every site once, in random order`, times, `; memory ${megabytes(many.memory)}`);
  }
}

await measure(sites);
await measure(bound);
