/** UTF-16 units; far beyond what any peer takes in a message's head, or anybody reads of an error. */
export const TEXT_LIMIT = 1024 * 1024;

/**
 * The text, or a RangeError for one that no head could hold. To be asked before anything looks into the text: V8
 * keeps `"x".repeat(2 ** 28)` as a promise of that text, and a first look would have to put it into memory.
 */
export function boundedText(text: string, what: string): string {
  if (text.length > TEXT_LIMIT)
    throw new RangeError(`${what}: ${text.length} characters are too many (${TEXT_LIMIT})`);
  return text;
}
