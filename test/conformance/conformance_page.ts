import { type Difference, differenceOf, differences } from "./differences.ts";
import type { Verdict } from "./verdict.ts";

/** One row, and what became of it at both. */
export interface ComparedRow {
  readonly topic: string;
  readonly why: string;
  readonly rfc: string;
  readonly ours: Verdict;
  readonly theirs: Verdict;
}

const INTRODUCTION = `# Conformance

What Lodestone makes of malformed, ambiguous and borderline messages, compared with nginx. Each row of the table in
[test/conformance](../test/conformance) is a message as bytes with what must become of it; the tests send it to a real proxy and compare
what arrives behind it byte for byte. The same rows were put through Debian's nginx with \`proxy_pass\`, and this page lists those on which
the two differ, with the reason. \`node_modules/.bin/node test/conformance/compare.ts\` writes it.
`;

/** The page; throws when a difference has no reason. */
export function conformancePage(rows: readonly ComparedRow[], nginx: string): string {
  const groups = new Map<Difference, ComparedRow[]>();
  for (const row of rows) {
    if (row.ours.text === row.theirs.text) continue;
    const difference = differenceOf(row.topic, row.why);
    if (difference === undefined) throw new Error(`no reason for a difference: ${row.topic}: ${row.why}`);
    groups.set(difference, [...(groups.get(difference) ?? []), row]);
  }
  const sections = differences
    .filter((difference) => groups.has(difference))
    .map((difference) => section(difference, groups.get(difference)!));
  return [INTRODUCTION, summary(rows, nginx), ...sections].join("\n");
}

function summary(rows: readonly ComparedRow[], nginx: string): string {
  const count = (isCounted: (row: ComparedRow) => boolean): number => rows.filter(isCounted).length;
  const differ = (row: ComparedRow): boolean => row.ours.text !== row.theirs.text;
  const lines = [...new Set(rows.map((row) => row.topic))].map((topic) => {
    const own = rows.filter((row) => row.topic === topic);
    return tableLine([
      topic,
      own.length,
      own.filter((row) => row.ours.kind !== "passed").length,
      own.filter((row) => row.theirs.kind !== "passed").length,
      own.filter((row) => !differ(row)).length,
      own.filter(differ).length,
    ]);
  });
  const total = tableLine([
    "**all**",
    rows.length,
    count((row) => row.ours.kind !== "passed"),
    count((row) => row.theirs.kind !== "passed"),
    count((row) => !differ(row)),
    count(differ),
  ]);
  const stricter = count((row) => row.ours.kind !== "passed" && row.theirs.kind === "passed");
  const laxer = count((row) => row.ours.kind === "passed" && row.theirs.kind !== "passed");
  return `Compared with ${nginx}. Of ${rows.length} rows Lodestone refuses ${stricter} that nginx passes on, and passes on ${laxer} that nginx
refuses or breaks. On the others that differ, both do the same with another status, or pass on something else.

| topic | rows | Lodestone refuses | nginx refuses | same | different |
| --- | --- | --- | --- | --- | --- |
${[...lines, total].join("\n")}
`;
}

function section(difference: Difference, rows: readonly ComparedRow[]): string {
  const lines = rows.map((row) =>
    tableLine([cell(row.why), row.rfc, code(row.ours.text), code(row.theirs.text)]),
  );
  return `## ${difference.title}

${difference.reason}

| row | RFC | Lodestone | nginx |
| --- | --- | --- | --- |
${lines.join("\n")}
`;
}

function tableLine(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Text for a cell of a table in Markdown. */
export function cell(text: string): string {
  const short = text.length > 100 ? `${text.slice(0, 97)}...` : text;
  return printable(short).replace(/[|\\`*_<>[\]]/g, "\\$&");
}

function code(text: string): string {
  const shown = printable(text).replaceAll("|", "\\|");
  return shown.includes("`") ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

function printable(text: string): string {
  return text.replace(
    /[^ -~]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
