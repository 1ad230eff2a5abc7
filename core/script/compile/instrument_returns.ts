import { SourceMap, type SourceMapPayload } from "node:module";
import { type Node, parse } from "acorn";
import { sourcePath } from "../failure/error_location.ts";
import { type Insertion, shiftMappings } from "./shift_source_map.ts";

/** Module the guest provides: `(function, return, value) => value`. Scripts cannot import it. */
const RETURNED_MODULE = "lodestone:returned";

/** A bundle that tells which `return` was executed. */
export interface InstrumentedBundle {
  readonly code: string;
  readonly sourceMap: string;
  /** Where each return, by its number, stands in the source: `FILE:LINE:COLUMN`. */
  readonly returns: readonly string[];
}

interface Edit {
  readonly index: number;
  readonly text: string;
}

interface FunctionNode extends Node {
  readonly type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression";
  readonly body: Node;
}

interface ReturnNode extends Node {
  readonly type: "ReturnStatement";
  readonly argument: Node | null;
}

const DIRECTIVE = '"use strict";';

/**
 * Makes every `return X` of the site's own modules `return returned(f, n, (X))`, and the bodies of arrow functions that
 * are expressions likewise; packages stay as they are. `n` is the number of the return, `f` that of its function, which every function
 * also carries as a comment, `/*@f* /`, at the beginning of its body: so the guest knows which one a handler
 * is, from its text. Functions are numbered in the order in which they begin, so that of the numbers in a function's
 * text its own is the least. Lines stay what they are and the source map fits. What is nested too deep for the parser stays
 * as it is, without returns.
 */
export function instrumentReturns(code: string, sourceMap: string): InstrumentedBundle {
  if (!code.startsWith(DIRECTIVE))
    throw new Error("instrumenting a bundle: it must begin with its directive");
  const payload = JSON.parse(sourceMap) as SourceMapPayload;
  const places = new Places(code, payload);
  let name = "__lodestone_returned";
  while (code.includes(name)) name += "_";
  const program = parsed(code);
  if (program === undefined) return { code, sourceMap, returns: [] };
  const { edits, returns } = editsFor(program, name, places);
  const module = JSON.stringify(RETURNED_MODULE);
  edits.push({ index: DIRECTIVE.length, text: ` const ${name} = require(${module});` });
  edits.sort((one, other) => one.index - other.index);
  return {
    code: edited(code, edits),
    sourceMap: JSON.stringify({
      ...payload,
      mappings: shiftMappings(payload.mappings, places.insertions(edits)),
    }),
    returns,
  };
}

/** `name`: that of the function which is told. Among edits at the same index the first comes first. */
function editsFor(program: Node, name: string, places: Places): { edits: Edit[]; returns: string[] } {
  const edits: Edit[] = [];
  const returns: string[] = [];
  const { functions, statements } = functionsAndReturns(program);
  functions.sort((one, other) => one.start - other.start);
  const numbers = new Map(functions.map((each, number) => [each, number]));
  const wrap = (f: number, from: Node, value: Node | null): void => {
    const place = places.of(from.start);
    if (place === undefined) return;
    const call = `${name}(${f},${returns.length},`;
    returns.push(place);
    if (value === null) edits.push({ index: from.start + "return".length, text: ` ${call}void 0)` });
    else edits.push({ index: value.start, text: `${call}(` }, { index: value.end, text: "))" });
  };
  for (const [{ body }, f] of numbers) {
    const isBlock = body.type === "BlockStatement";
    // In front of the value that is wrapped.
    edits.push({ index: isBlock ? body.start + 1 : body.start, text: `/*@${f}*/` });
    if (!isBlock) wrap(f, body, body);
  }
  for (const { node, within } of statements) wrap(numbers.get(within)!, node, node.argument);
  return { edits, returns };
}

/** Undefined for what is nested too deep for the parser. */
function parsed(code: string): Node | undefined {
  try {
    return parse(code, { ecmaVersion: "latest", sourceType: "script" });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Without recursion, whose depth a script could choose. */
function functionsAndReturns(program: Node): {
  functions: FunctionNode[];
  statements: { readonly node: ReturnNode; readonly within: FunctionNode }[];
} {
  const functions: FunctionNode[] = [];
  const statements: { node: ReturnNode; within: FunctionNode }[] = [];
  const open: Node[] = [program];
  /** The function that each of them is in. */
  const around: (FunctionNode | undefined)[] = [undefined];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    let within = around.pop();
    if (isFunction(node)) {
      functions.push(node);
      within = node;
    } else if (node.type === "ReturnStatement" && within !== undefined) {
      statements.push({ node: node as ReturnNode, within });
    }
    for (const key in node) {
      const value: unknown = node[key as keyof Node];
      if (typeof value !== "object" || value === null) continue;
      const children: readonly unknown[] = Array.isArray(value) ? value : [value];
      for (const child of children) {
        if (!isNode(child)) continue;
        open.push(child);
        around.push(within);
      }
    }
  }
  return { functions, statements };
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === "ArrowFunctionExpression" ||
    node.type === "FunctionExpression" ||
    node.type === "FunctionDeclaration"
  );
}

function edited(code: string, edits: readonly Edit[]): string {
  let text = "";
  let from = 0;
  for (const { index, text: inserted } of edits) {
    text += code.slice(from, index) + inserted;
    from = index;
  }
  return text + code.slice(from);
}

/** Indices in a bundle as places in the source. */
class Places {
  readonly #code: string;
  readonly #lineStarts: number[];
  readonly #map: SourceMap;

  constructor(code: string, payload: SourceMapPayload) {
    this.#code = code;
    this.#lineStarts = [0];
    for (let i = code.indexOf("\n"); i !== -1; i = code.indexOf("\n", i + 1)) this.#lineStarts.push(i + 1);
    this.#map = new SourceMap(payload);
  }

  /** Undefined for what is of a package, or of no source. */
  of(index: number): string | undefined {
    const { line, column } = this.#position(index);
    const entry = this.#map.findEntry(line, column);
    if (!("originalSource" in entry) || entry.generatedLine !== line) return undefined;
    // What has no place of its own was made by esbuild, whose mapping of a statement includes its indentation.
    const lead = this.#code.slice(index - column + entry.generatedColumn, index);
    if (lead.trim() !== "") return undefined;
    const file = sourcePath(entry.originalSource);
    if (file.includes("/node_modules/")) return undefined;
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  insertions(edits: readonly Edit[]): Insertion[] {
    return edits.map(({ index, text }) => ({ ...this.#position(index), length: text.length }));
  }

  /** Counted from 0. */
  #position(index: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= index) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: index - this.#lineStarts[low]! };
  }
}
