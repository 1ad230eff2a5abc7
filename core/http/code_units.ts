/** Texts up to this length, as heads mostly are, get memory that is there already. */
const LENGTH = 16_384;
// What is written is read before anything else is, so one piece serves all.
const shared = Buffer.allocUnsafeSlow((LENGTH + 2) * 2);
const sharedUnits = new Uint16Array(shared.buffer, 0, LENGTH + 2);

/**
 * The UTF-16 code units of a text and two zeros behind them, for scanners that look at every one: asking the text for each
 * takes about ten times as long, because a string has many forms (docs/performance.md). They are there until the next call.
 */
export function codeUnits(text: string): Uint16Array {
  const { length } = text;
  let bytes = shared;
  let units = sharedUnits;
  if (length > LENGTH) {
    bytes = Buffer.alloc((length + 2) * 2);
    units = new Uint16Array(bytes.buffer, bytes.byteOffset, length + 2);
  }
  bytes.write(text, 0, "utf16le");
  units[length] = 0;
  units[length + 1] = 0;
  return units;
}
