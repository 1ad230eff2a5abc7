// Fuzzes the codec: node_modules/.bin/node test/fuzz/run.ts --inputs 1000000 [--seed N]. Prints figures; ends with the first failure.
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fuzzCodec } from "./fuzz_codec.ts";

const { values } = parseArgs({
  options: { inputs: { type: "string", default: "100000" }, seed: { type: "string" } },
});
const seed = values.seed === undefined ? (Math.random() * 2 ** 31) | 0 : Number(values.seed);

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What is alive after a collection tells of growth; what is resident also holds garbage nobody was in a hurry to collect. */
function memory(): string {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return `alive ${megabytes(heapUsed + external)}, resident ${megabytes(rss)}`;
}

process.stdout.write(`seed ${seed}, ${memory()}\n`);
const report = fuzzCodec(Number(values.inputs), seed, (done) => {
  process.stdout.write(`${done} inputs, ${memory()}\n`);
});
const rate = Math.round(report.inputs / (report.milliseconds / 1_000));
process.stdout.write(
  `${report.inputs} inputs, ${rate} a second: ${report.accepted} heads accepted, ${report.complete} messages complete, ` +
    `${report.refused} refused, ${report.incomplete} incomplete; ${memory()}\n`,
);
