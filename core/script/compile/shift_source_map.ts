/** Text was put in at `column` of a line, both counted from 0 in what was there before. */
export interface Insertion {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map([...DIGITS].map((digit, value) => [digit, value]));

/**
 * The `mappings` of a source map (ECMA-426) after insertions, in their order, none of which holds a line break. Of a segment only the
 * first number changes, the generated column, which counts from the segment before on the same line.
 */
export function shiftMappings(mappings: string, insertions: readonly Insertion[]): string {
  const byLine = Map.groupBy(insertions, ({ line }) => line);
  return mappings
    .split(";")
    .map((segments, line) => {
      const inserted = byLine.get(line);
      return inserted === undefined || segments === "" ? segments : shiftLine(segments, inserted);
    })
    .join(";");
}

function shiftLine(segments: string, inserted: readonly Insertion[]): string {
  let column = 0;
  let written = 0;
  let shift = 0;
  let next = 0;
  const shifted = segments.split(",").map((segment) => {
    const { value, length } = readNumber(segment);
    column += value;
    while (next < inserted.length && inserted[next]!.column <= column) shift += inserted[next++]!.length;
    const delta = column + shift - written;
    written = column + shift;
    return writeNumber(delta) + segment.slice(length);
  });
  return shifted.join(",");
}

/** The first Base64 VLQ of a segment. */
function readNumber(segment: string): { value: number; length: number } {
  let bits = 0;
  for (let i = 0; i < segment.length; i++) {
    const digit = VALUES.get(segment[i]!);
    if (digit === undefined) break;
    bits += (digit & 31) * 32 ** i;
    if (digit < 32) return { value: bits % 2 === 1 ? -(bits - 1) / 2 : bits / 2, length: i + 1 };
  }
  throw new Error(`reading a source map: not a segment: ${JSON.stringify(segment.slice(0, 40))}`);
}

function writeNumber(value: number): string {
  let bits = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const digit = bits % 32;
    bits = Math.floor(bits / 32);
    text += DIGITS[bits > 0 ? digit + 32 : digit];
  } while (bits > 0);
  return text;
}
