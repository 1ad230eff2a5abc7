import type { ScalarNode } from "./config_node.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import type {
  ChoiceType,
  DurationType,
  FieldType,
  IntegerType,
  ReadContext,
  SizeType,
  TextType,
} from "./field.ts";
import { formatSize, parseSize } from "./size.ts";
import { didYouMean } from "./suggestion.ts";
import { quoteValue, ValueError } from "./value_error.ts";

const MEGABYTE = 1024 ** 2;

/** Reads a single value. `name` is what messages call it. Throws ValueError. */
export function readScalar(node: ScalarNode, type: FieldType, name: string, context: ReadContext): unknown {
  switch (type.kind) {
    case "boolean":
      return readBoolean(node, name);
    case "integer":
      return readInteger(node, type, name);
    case "duration":
      return readDuration(node, type, name);
    case "size":
      return readSize(node, type, name);
    case "choice":
      return readChoice(node, type, name);
    case "text":
      return readText(node, type, name, context);
    default:
      throw new TypeError(`${type.kind} is no single value`);
  }
}

function readBoolean(node: ScalarNode, name: string): boolean {
  if (typeof node.value === "boolean") return node.value;
  if (node.untyped && (node.value === "true" || node.value === "false")) return node.value === "true";
  throw new ValueError(`${name} must be true or false, got ${quoteValue(node.value)}`);
}

/** The number a scalar is, or stands for as bare text. */
function numberOf(node: ScalarNode): number | undefined {
  if (typeof node.value === "number") return node.value;
  return node.untyped && /^[0-9]{1,15}$/.test(node.text) ? Number(node.text) : undefined;
}

function readInteger(node: ScalarNode, type: IntegerType, name: string): number {
  if (typeof node.value === "string" && type.words && Object.hasOwn(type.words, node.value)) {
    return type.words[node.value]!();
  }
  const value = numberOf(node);
  if (value !== undefined && Number.isInteger(value) && value >= type.minimum && value <= type.maximum)
    return value;
  const words = Object.keys(type.words ?? {}).map((word) => ` or ${quoteValue(word)}`);
  const rule = `a whole number from ${type.minimum} to ${type.maximum}${words.join("")}`;
  throw new ValueError(`${name} must be ${rule}, got ${quoteValue(node.value)}`);
}

function readDuration(node: ScalarNode, type: DurationType, name: string): number {
  const value = numberOf(node) ?? (typeof node.value === "string" ? parseDuration(node.value) : undefined);
  if (value !== undefined && Number.isInteger(value) && value >= type.minimum && value <= type.maximum)
    return value;
  const range = `from ${formatDuration(type.minimum)} to ${formatDuration(type.maximum)}`;
  const rule = `a duration ${range}, in milliseconds or with its unit (50ms, 2s, 1m, 1h)`;
  throw new ValueError(`${name} must be ${rule}, got ${quoteValue(node.value)}`);
}

function readSize(node: ScalarNode, type: SizeType, name: string): number {
  const unit = type.unit === "bytes" ? 1 : MEGABYTE;
  const bytes = typeof node.value === "string" ? parseSize(node.value) : undefined;
  const value = numberOf(node) ?? (bytes === undefined ? undefined : bytes / unit);
  if (value !== undefined && Number.isInteger(value) && value >= type.minimum && value <= type.maximum)
    return value;
  const range = `from ${formatSize(type.minimum * unit)} to ${formatSize(type.maximum * unit)}`;
  const rule = `a size ${range}, in ${type.unit} or with its unit (64kb, 1mb, 1gb)`;
  throw new ValueError(`${name} must be ${rule}, got ${quoteValue(node.value)}`);
}

function readChoice(node: ScalarNode, type: ChoiceType, name: string): string {
  const { value } = node;
  if (typeof value === "string") {
    if (type.values.includes(value)) return value;
    if (type.later?.includes(value)) {
      const now = type.values.map(quoteValue).join(", ");
      throw new ValueError(`${name} ${quoteValue(value)} comes later; for now there is ${now}`);
    }
  }
  const hint = didYouMean(String(value), type.values);
  throw new ValueError(`${name} must be one of ${type.values.join(", ")}, got ${quoteValue(value)}${hint}`);
}

function readText(node: ScalarNode, type: TextType, name: string, context: ReadContext): unknown {
  const { format } = type;
  if (typeof node.value === "string") return format.parse(node.value, context);
  if (node.value !== null && format.anyScalar) return format.parse(node.text, context);
  // What the format has to say about a bare number tells more.
  if (typeof node.value === "number") format.parse(node.text, context);
  const quoted = node.value === null ? "" : `, as text: "${node.text}"`;
  const example = format.anyScalar ? `a text${quoted}` : `${format.name} such as ${format.example}`;
  throw new ValueError(`${name} must be ${example}, got ${quoteValue(node.value)}`);
}
