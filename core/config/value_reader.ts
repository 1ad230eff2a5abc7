import type {
  ConfigNode,
  ListNode,
  MapEntry,
  MapNode,
  Position,
  Problem,
  ScalarNode,
} from "./config_node.ts";
import { untypedScalar } from "./config_node.ts";
import type { Field, FieldType, ListType, ReadContext, Section, SectionType, TableType } from "./field.ts";
import { nameElsewhere } from "./names_elsewhere.ts";
import { readScalar } from "./scalar_reader.ts";
import { didYouMean } from "./suggestion.ts";
import { quoteValue, ValueError } from "./value_error.ts";

/**
 * Reads nodes into values by their declared types. Goes on after a fault, so that one run finds them all: what
 * could not be read is undefined.
 */
export class ValueReader {
  readonly problems: Problem[] = [];
  readonly #context: ReadContext;
  readonly #positions = new Map<string, Position>();

  constructor(context: ReadContext) {
    this.#context = context;
  }

  /** Reads the whole tree. */
  readRoot<T>(node: ConfigNode, section: Section<T>): T | undefined {
    return this.#value(node, { kind: "section", section }, "the configuration", "") as T | undefined;
  }

  /** Adds a fault found after reading, at a path such as `sites.0.hosts.1`, or at the nearest one above it that was written. */
  report(path: string, message: string): void {
    let at = path;
    while (at !== "" && !this.#positions.has(at)) at = at.slice(0, Math.max(at.lastIndexOf("."), 0));
    this.problems.push({ position: this.#positions.get(at) ?? 0, message });
  }

  /** Whether a value, right or wrong, was written at the path. */
  has(path: string): boolean {
    return this.#positions.has(path);
  }

  #value(node: ConfigNode, type: FieldType, name: string, path: string): unknown {
    this.#positions.set(path, node.position);
    // A table that could not be read is an empty one, as for a table of another kind of node.
    if (node.kind === "invalid") return type.kind === "table" ? {} : undefined;
    switch (type.kind) {
      case "section":
        return this.#section(node, type, name, path);
      case "table":
        return this.#table(node, type, name, path);
      case "list":
        return this.#list(node, type, name, path);
      default:
        if (node.kind !== "scalar") return this.#wrongType(node, name, "a single value");
        return this.#attempt(node.position, () => readScalar(node, type, name, this.#context));
    }
  }

  #section(node: ConfigNode, type: SectionType, name: string, path: string): unknown {
    const { section, short } = type;
    if (short !== undefined && node.kind === "scalar" && node.value !== null) {
      const entry = { key: short, position: node.position, value: node };
      return this.#fields({ kind: "map", position: node.position, entries: [entry] }, section, path);
    }
    const map = this.#map(node, name);
    return map && this.#fields(map, section, path);
  }

  #fields(map: MapNode, section: Section, path: string): Record<string, unknown> {
    const fields: Readonly<Record<string, Field>> = section.fields;
    const written = new Map<string, MapEntry>();
    for (const entry of map.entries) {
      if (Object.hasOwn(fields, entry.key)) written.set(entry.key, entry);
      else this.#unknownKey(entry, fields);
    }
    const values: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(fields)) {
      const entry = written.get(key);
      const below = path === "" ? key : `${path}.${key}`;
      if (entry !== undefined) {
        values[key] = this.#value(entry.value, field.type, key, below);
        continue;
      }
      if (field.required)
        this.#problem(map.position, `${quoteValue(key)} is missing: ${field.doc.split(". ", 1)[0]}`);
      values[key] = this.#absent(field, key, below);
    }
    return values;
  }

  #absent(field: Field, key: string, path: string): unknown {
    if (field.default !== undefined) return this.readDefault(field, key);
    if (field.type.kind === "section") {
      return this.#fields({ kind: "map", position: 0, entries: [] }, field.type.section, path);
    }
    return field.type.kind === "table" ? {} : undefined;
  }

  /** The value of a field's declared default. */
  readDefault(field: Field, key: string): unknown {
    const { default: written, type } = field;
    if (type.kind === "list") {
      const items = Array.isArray(written) ? written : [];
      return items.map((item) => this.#default(String(item), type.of, key));
    }
    return this.#default(String(written), type, key);
  }

  #default(text: string, type: FieldType, key: string): unknown {
    const node = untypedScalar(text, 0);
    return type.kind === "section"
      ? this.#section(node, type, key, "")
      : readScalar(node, type, key, this.#context);
  }

  #unknownKey(entry: MapEntry, fields: Readonly<Record<string, Field>>): void {
    const merge = entry.key === "<<" ? "; merge keys are not supported, use an alias for a whole value" : "";
    const hint =
      merge ||
      this.#home(entry.key, fields) ||
      nameElsewhere(entry.key) ||
      didYouMean(entry.key, Object.keys(fields));
    const known = hint === "" ? `; known here: ${Object.keys(fields).join(", ")}` : "";
    this.#problem(entry.position, `unknown key ${quoteValue(entry.key)}${hint}${known}`);
  }

  /** The section beside it that a misplaced key belongs to. */
  #home(key: string, fields: Readonly<Record<string, Field>>): string {
    for (const [name, { type }] of Object.entries(fields)) {
      if (type.kind === "section" && Object.hasOwn(type.section.fields, key))
        return `; it belongs below "${name}"`;
    }
    return "";
  }

  #table(node: ConfigNode, type: TableType, name: string, path: string): unknown {
    const entries: [string, unknown][] = [];
    for (const { key, position, value } of this.#map(node, name)?.entries ?? []) {
      const valid = this.#attempt(position, () => type.names.parse(key, this.#context));
      // Dots separate the parts of a path.
      const below = `${path}.${key.replaceAll(".", ":")}`;
      const read = this.#value(value, type.of, key, below);
      if (valid !== undefined) entries.push([valid, read]);
    }
    return Object.fromEntries(entries);
  }

  #list(node: ConfigNode, type: ListType, name: string, path: string): unknown {
    if (node.kind === "map" && type.of.kind !== "section") return this.#wrongType(node, name, "a list");
    const isShort = type.of.kind === "section" && type.of.short !== undefined;
    if (node.kind === "scalar" && (node.value === null || (type.of.kind === "section" && !isShort))) {
      return this.#wrongType(node, name, "a list");
    }
    const items = node.kind === "list" ? (node as ListNode).items : [node];
    if (items.length < type.minimum)
      this.#problem(node.position, `${quoteValue(name)} is an empty list; give at least one`);
    return items.map((item, index) => this.#value(item, type.of, `item of ${name}`, `${path}.${index}`));
  }

  /** The mapping, an empty one when nothing stands behind the key: all its lines may be commented out. */
  #map(node: ConfigNode, name: string): MapNode | undefined {
    if (node.kind === "map") return node;
    if (node.kind === "scalar" && node.value === null)
      return { kind: "map", position: node.position, entries: [] };
    return this.#wrongType(node, name, "a mapping of keys to values");
  }

  #wrongType(node: ConfigNode, name: string, expected: string): undefined {
    const found =
      node.kind === "scalar"
        ? quoteValue((node as ScalarNode).value)
        : node.kind === "list"
          ? "a list"
          : "a mapping";
    this.#problem(node.position, `${name} must be ${expected}, got ${found}`);
  }

  #attempt<T>(position: Position, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.#problem(position, error.message);
      return undefined;
    }
  }

  #problem(position: Position, message: string): void {
    this.problems.push({ position, message });
  }
}

/** What a section reads as when nothing of it is written. */
export function defaultsOf<T>(section: Section<T>): T {
  const reader = new ValueReader({ folder: "/" });
  return reader.readRoot({ kind: "map", position: 0, entries: [] }, section) as T;
}
