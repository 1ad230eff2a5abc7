import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { ConfigNode, MapEntry, MapNode, Problem, ScalarNode } from "./config_node.ts";
import { type Environment, EnvironmentError, expandEnvironment } from "./environment.ts";
import { quoteValue } from "./value_error.ts";
import { syntaxProblems } from "./yaml_syntax.ts";

/** Uses of anchors in one file, those inside of anchors counted each time: a small file must not unfold into a huge one. */
const MAX_ALIASES = 100;

export interface YamlReading {
  /** Undefined when the text is not YAML. */
  readonly root: ConfigNode | undefined;
  readonly problems: readonly Problem[];
  /** Line and column, counted from 1, of a position. */
  place(position: number): { readonly line: number; readonly column: number };
}

/**
 * Reads the text of a YAML file; positions are offsets in it. References to the environment are replaced in
 * values after parsing, so that what a variable contains stays one value. After a syntax error only such
 * errors are told, for the rest cannot be trusted.
 */
export function readYaml(text: string, environment: Environment): YamlReading {
  const document = parseDocument(text, {
    prettyErrors: false,
    // Found here, to name both places.
    uniqueKeys: false,
  });
  const lines = linesOf(text);
  const place = (position: number) => {
    const { line, col } = lines.linePos(Math.min(position, text.length));
    return { line, column: col };
  };
  const syntax = syntaxProblems(document, text, (position) => place(position).line);
  if (syntax.length > 0) return { root: undefined, problems: syntax, place };
  const reader = new NodeReader(document, text, environment, (position) => place(position).line);
  const root = reader.read(document.contents, 0);
  return { root, problems: reader.problems, place };
}

/** All lines: the parser counts no further than it could read. */
function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  for (let start = 0; start !== -1; ) {
    lines.addNewLine(start);
    const end = text.indexOf("\n", start);
    start = end === -1 ? -1 : end + 1;
  }
  return lines;
}

/** Turns the nodes of a YAML document into those of a configuration. */
class NodeReader {
  readonly problems: Problem[] = [];
  readonly #document: Document;
  readonly #text: string;
  readonly #environment: Environment;
  readonly #lineOf: (position: number) => number;
  #aliases = 0;

  constructor(
    document: Document,
    text: string,
    environment: Environment,
    lineOf: (position: number) => number,
  ) {
    this.#document = document;
    this.#text = text;
    this.#environment = environment;
    this.#lineOf = lineOf;
  }

  /** `fallback` is the position of a value that is not there. */
  read(node: unknown, fallback: number): ConfigNode {
    const position = (node as Node | null)?.range?.[0] ?? fallback;
    if (isAlias(node)) {
      const target = this.#aliases++ < MAX_ALIASES ? node.resolve(this.#document) : undefined;
      if (target !== undefined) return this.read(target, position);
      this.#problem(position, this.#aliases > MAX_ALIASES ? tooManyAliases : unknownAnchor(node.source));
      return { kind: "invalid", position };
    }
    if (isMap(node)) return this.#map(node, position);
    if (isSeq(node)) {
      return { kind: "list", position, items: node.items.map((item) => this.read(item, position)) };
    }
    return isScalar(node) ? this.#scalar(node.value, node.source, node, position) : nothing(position);
  }

  #map(node: YAMLMap, position: number): MapNode {
    const entries = new Map<string, MapEntry>();
    for (const pair of node.items) {
      const place = (pair.key as Node | null)?.range?.[0] ?? position;
      if (!isScalar(pair.key)) {
        this.#problem(place, "a key must be a plain name");
        continue;
      }
      const key = pair.key.source ?? String(pair.key.value);
      const first = entries.get(key);
      if (first !== undefined) {
        const line = this.#lineOf(first.position);
        this.#problem(place, `the key ${quoteValue(key)} is there twice, first on line ${line}`);
        continue;
      }
      entries.set(key, { key, position: place, value: this.read(pair.value, place) });
    }
    return { kind: "map", position, entries: [...entries.values()] };
  }

  #scalar(value: unknown, source: string | undefined, node: Node, position: number): ConfigNode {
    if (typeof value !== "string") {
      const plain = typeof value === "number" || typeof value === "boolean" ? value : null;
      return { kind: "scalar", position, value: plain, text: source ?? String(value), untyped: false };
    }
    try {
      const text = expandEnvironment(value, this.#environment);
      return { kind: "scalar", position, value: text, text, untyped: text !== value };
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      const [from, to] = node.range ?? [position, position];
      const offset = this.#text.slice(from, to).indexOf(error.reference);
      this.#problem(from + Math.max(offset, 0), error.message);
      return { kind: "invalid", position };
    }
  }

  #problem(position: number, message: string): void {
    this.problems.push({ position, message });
  }
}

const tooManyAliases = `more than ${MAX_ALIASES} aliases, or an anchor that contains itself`;

function unknownAnchor(name: string): string {
  return `no anchor &${name} comes before this; a value that begins with a star must be quoted: "*${name}"`;
}

function nothing(position: number): ScalarNode {
  return { kind: "scalar", position, value: null, text: "", untyped: false };
}
