import assert from "node:assert/strict";
import { run } from "../../support/child.ts";

/** A command of a `console` block in a Markdown page, and what the page says it prints. */
export interface Step {
  /** Without the prompt; several lines when they end with a backslash. */
  readonly command: string;
  /** Lines it prints. A line `...` stands for any number of lines, `...` in a line for any text. */
  readonly output: readonly string[];
}

/** A fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Line of the fence in the page, counted from 1. */
  readonly line: number;
}

/** All fenced blocks of a page, in order. */
export function fencedBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)) {
    const line = markdown.slice(0, match.index).split("\n").length;
    blocks.push({ language: match[1]!, text: match[2]!, line });
  }
  return blocks;
}

/** The commands of a `console` block. */
export function readSteps(text: string): Step[] {
  const steps: { command: string; output: string[] }[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const last = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), output: [] });
    else if (last === undefined) throw new Error(`a console block begins with "$ ", not with: ${line}`);
    else if (last.output.length === 0 && last.command.endsWith("\\")) last.command += `\n${line}`;
    else last.output.push(line);
  }
  return steps;
}

/** Runs one step with curl pointed at `address`, whatever the host in its URLs, and compares what it prints. */
export async function runStep(step: Step, options: { address: string; folder: string }): Promise<void> {
  const { host } = new URL(options.address);
  const curl = `curl() { command curl --silent --show-error --max-time 20 --connect-to ::${host} "$@"; }`;
  const { stdout, stderr } = await run("bash", ["-c", `${curl}\n${step.command}`], { cwd: options.folder });
  const printed = `${stderr}${stdout}`.replaceAll("\r\n", "\n").replace(/\n$/, "");
  if (pattern(step.output).test(`${printed}\n`)) return;
  assert.equal(printed, step.output.join("\n"), step.command);
}

function pattern(lines: readonly string[]): RegExp {
  const source = lines.map((line) => {
    if (line.trim() === "...") return "(?:.*\\n)*?";
    return `${line.split("...").map(escapePattern).join(".*")}\\n`;
  });
  return new RegExp(`^${source.join("") || "\\n"}$`);
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
