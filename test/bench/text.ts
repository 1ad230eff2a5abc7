/** A text of so many bytes that differs by name and, as texts do, from line to line. */
export function text(bytes: number, name: string): string {
  const lines: string[] = [];
  let length = 0;
  for (let i = 1; length < bytes; i++) {
    const line = `${i}. ${name} lies upon ${name}, layer ${(i * 7919) % 1000} of the quarry\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join("").slice(0, bytes);
}
