// Runs the attack suite file by file and puts the neighbours' figures into docs/containment.md:
// `node_modules/.bin/node test/e2e/attacks/figures.ts`. Takes two minutes; nothing else should run meanwhile.
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Figures {
  readonly attack: string;
  readonly scripts: number;
  readonly requests: number;
  readonly worst: string;
  readonly answers: number;
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  readonly lost: number;
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = join(root, "docs/containment.md");
const BEGIN = "<!-- figures -->\n";
const END = "<!-- end of figures -->";

function measure(): Figures[] {
  const file = join(tmpdir(), `lodestone-figures-${process.pid}`);
  writeFileSync(file, "");
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        ...["--no-node-snapshot", "--no-use-osr", "--test", "--test-concurrency=1"],
        ...globSync("test/e2e/containment_*.test.ts", { cwd: root }).sort(),
      ],
      {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, LODESTONE_FIGURES: file, LODESTONE_ATTACK_TIME: "3000" },
      },
    );
    if (status !== 0) throw new Error("the attack suite failed");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as Figures);
  } finally {
    rmSync(file);
  }
}

function tableOf(rows: readonly Figures[]): string {
  const lines = rows.map(({ attack, scripts, requests, p50, p99, slowest, worst, answers, lost }) => {
    const milliseconds = [p50, p99, slowest].map((value) => value.toFixed(value < 10 ? 1 : 0)).join(" | ");
    return `| ${attack} | ${scripts} | ${requests} | ${answers} | ${lost} | ${milliseconds} | ${worst} |\n`;
  });
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model ?? "an unknown processor"}, Node ${process.versions.node}`;
  return `Measured on ${machine}; milliseconds.

| attack | scripts | requests | neighbour's answers | lost | p50 | p99 | slowest | during |
| --- | --: | --: | --: | --: | --: | --: | --: | --- |
${lines.join("")}`;
}

const text = readFileSync(page, "utf8");
const begin = text.indexOf(BEGIN) + BEGIN.length;
const end = text.indexOf(END);
if (begin < BEGIN.length || end === -1) throw new Error(`${page}: the marks of the table are missing`);
const table = tableOf(measure());
writeFileSync(page, `${text.slice(0, begin)}\n${table}\n${text.slice(end)}`);
process.stdout.write(table);
