import { resolve } from "node:path";
import type { Fault } from "../config/fault.ts";

/** What is needed to understand what the compiler prints. */
export interface OutputContext {
  /** Folder it ran in, which its paths start from and whose files nobody knows. */
  readonly folder: string;
  /** File to name for what has no place in a file of the author's. */
  readonly standIn: string;
  /** The text of a file; may throw. */
  read(file: string): string;
}

/** `file(line,column): error TS1234: message`, or without the place when it is about the options. */
const FAULT = /^(?:(.+?)\((\d+),(\d+)\): )?error (TS\d+): (.*)$/;

/** Advice for programs that run elsewhere. */
const ADVICE = / Do you need to (?:change your target library|install type definitions).*$/;

/** The faults in what `tsc --pretty false` prints: one line each, then lines with a margin that go into detail. */
export function compilerFaults(text: string, context: OutputContext): Fault[] {
  const faults: Fault[] = [];
  const lines = text.split(/\r?\n/);
  const sources = new Map<string, readonly string[]>();
  for (let i = 0; i < lines.length; i++) {
    const match = FAULT.exec(lines[i]!);
    if (match === null) continue;
    const [, path, line, column, code, sentence] = match;
    const sentences = [sentence!.replace(ADVICE, " Scripts have neither a DOM nor Node")];
    while (lines[i + 1]?.startsWith("  ")) sentences.push(lines[++i]!.trim());
    const message = `${sentences.map((part) => part.replace(/[.:]$/, "")).join(": ")} (${code})`;
    const file = path === undefined ? undefined : resolve(context.folder, path);
    if (file === undefined || file.startsWith(`${context.folder}/`)) {
      faults.push({ file: context.standIn, line: 1, column: 1, message });
      continue;
    }
    const place = { file, line: Number(line), column: Number(column), message };
    const excerpt = sourceLines(file, sources, context)[place.line - 1];
    faults.push(excerpt === undefined ? place : { ...place, excerpt });
  }
  return faults;
}

/** Empty when the file cannot be read any more. */
function sourceLines(file: string, known: Map<string, readonly string[]>, context: OutputContext) {
  let lines = known.get(file);
  if (lines === undefined) {
    try {
      lines = context.read(file).split(/\r\n|[\n\r\u2028\u2029]/);
    } catch {
      lines = [];
    }
    known.set(file, lines);
  }
  return lines;
}
