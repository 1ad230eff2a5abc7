// Fuzzes the codec: node test/fuzz/run.ts --inputs 1000000 [--seed N]. Prints figures; ends with the first failure.
import { parseArgs } from "node:util";
import { fuzzCodec } from "./fuzz_codec.ts";

const { values } = parseArgs({
  options: { inputs: { type: "string", default: "100000" }, seed: { type: "string" } },
});
const seed = values.seed === undefined ? (Math.random() * 2 ** 31) | 0 : Number(values.seed);
const megabytes = (): string => (process.memoryUsage().rss / 2 ** 20).toFixed(1);

process.stdout.write(`seed ${seed}, resident ${megabytes()} MB\n`);
const report = fuzzCodec(Number(values.inputs), seed, (done) => {
  process.stdout.write(`${done} inputs, resident ${megabytes()} MB\n`);
});
const rate = Math.round(report.inputs / (report.milliseconds / 1_000));
process.stdout.write(
  `${report.inputs} inputs, ${rate} a second: ${report.accepted} heads accepted, ${report.complete} messages complete, ` +
    `${report.refused} refused, ${report.incomplete} incomplete; resident ${megabytes()} MB\n`,
);
