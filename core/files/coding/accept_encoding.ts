import { fieldValue } from "../../http/head_grammar.ts";
import { ENCODINGS, type Encoding } from "./encoding.ts";

/** One element of the field (RFC 9110 section 12.5.3): a coding, `identity` or `*`, and perhaps its weight. */
const ELEMENT = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

/** Elements of a field that are looked at; those of browsers are at most five. */
const MOST_ELEMENTS = 32;

/**
 * The encodings that an Accept-Encoding field takes, the most welcome first; of those with equal weight, the one
 * that comes first in `preferred`.
 *
 * None for a malformed field, and none that is less welcome than the bytes as they are. A client that refuses
 * `identity`, too, gets it all the same when there is nothing else.
 */
export function acceptedEncodings(
  field: string,
  preferred: readonly Encoding[] = ENCODINGS,
): readonly Encoding[] {
  const weights = readWeights(field);
  if (weights === undefined) return [];
  const any = weights.get("*") ?? 0;
  const identity = weights.get("identity") ?? 0;
  const weightOf = (encoding: Encoding) => weights.get(encoding) ?? any;
  return preferred
    .filter((encoding) => weightOf(encoding) > 0 && weightOf(encoding) >= identity)
    .sort((a, b) => weightOf(b) - weightOf(a));
}

/** By coding in lower case. Undefined for a field that is malformed. */
function readWeights(field: string): Map<string, number> | undefined {
  const weights = new Map<string, number>();
  const elements = field.split(",");
  if (elements.length > MOST_ELEMENTS) return undefined;
  for (const element of elements) {
    const text = fieldValue(element, 0, element.length);
    if (text === "") continue;
    const match = ELEMENT.exec(text);
    if (match === null) return undefined;
    const name = match[1]!.toLowerCase();
    // RFC 9110 section 8.4.1.3.
    const coding = name === "x-gzip" ? "gzip" : name;
    const weight = match[2] === undefined ? 1 : Number(match[2]);
    // Named twice, the more careful weight counts.
    weights.set(coding, Math.min(weight, weights.get(coding) ?? 1));
  }
  return weights;
}
