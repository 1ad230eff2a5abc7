import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A page of the manual, by its name in `docs/`, whose tables are compared with what is really there. */
export class ManualPage {
  readonly text: string;

  constructor(name: string) {
    this.text = readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
  }

  /** The text below a heading, up to the next one of its rank. */
  section(heading: string): string {
    const start = this.text.indexOf(`\n## ${heading}\n`);
    assert.notEqual(start, -1, heading);
    const end = this.text.indexOf("\n## ", start + 1);
    return this.text.slice(start, end === -1 ? undefined : end);
  }
}

/** The cells of the tables of a text, row by row, without their heads. */
export function tableRows(text: string): string[][] {
  const lines = [...text.matchAll(/^\|(.*)\|$/gm)].map((match) => match[1]!);
  const isRule = (line = ""): boolean => line.startsWith(" ---");
  return lines
    .filter((line, i) => !isRule(line) && !isRule(lines[i + 1]))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

/** What stands in code in a text. */
export function inCode(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
}
