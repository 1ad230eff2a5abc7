import type { Document } from "yaml";
import type { Problem } from "./config_node.ts";

/** Told at once; the rest follow from these more often than not. */
const MAX_SYNTAX_PROBLEMS = 20;

/** The syntax errors of a document, the first of each line, for one mistake makes the parser stumble more than once. */
export function syntaxProblems(
  document: Document,
  text: string,
  lineOf: (position: number) => number,
): Problem[] {
  const problems: Problem[] = [];
  const lines = new Set<number>();
  for (const error of [...document.errors, ...document.warnings]) {
    const position = error.pos[0];
    const line = lineOf(position);
    if (lines.has(line)) continue;
    lines.add(line);
    problems.push(describe(error.code, error.message, position, text));
    if (problems.length === MAX_SYNTAX_PROBLEMS) break;
  }
  return problems;
}

function describe(code: string, message: string, position: number, text: string): Problem {
  if (code === "BAD_ALIAS") {
    // The parser points behind the star.
    const star = text[position - 1] === "*" ? position - 1 : position;
    return { position: star, message: 'a value that begins with a star must be quoted: "*"' };
  }
  if (code === "RESOURCE_EXHAUSTION")
    return { position, message: "lists and mappings are nested too deeply" };
  if (code === "MULTIPLE_DOCS") return { position, message: "a configuration is a single YAML document" };
  if (code === "TAG_RESOLVE_FAILED") return { position, message: "tags have no meaning in a configuration" };
  return { position, message: `not valid YAML: ${plain(message)}${hint(position, text)}` };
}

function plain(message: string): string {
  const line = message.split("\n", 1)[0]!;
  return line.charAt(0).toLowerCase() + line.slice(1);
}

function hint(position: number, text: string): string {
  const start = text.lastIndexOf("\n", position - 1) + 1;
  const before = text.slice(start, position);
  if (/\$\{?$/.test(before) || text.startsWith("${", position - 1)) {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
    return '; inside of { } and [ ] a reference must be quoted: "${NAME}"';
  }
  if (/\[[0-9a-f:.]*\]$/i.test(before)) return "; a value that begins with [ must be quoted";
  return "";
}
