import { CUT } from "../../observe/trace.ts";

/** Characters of a value of `env` that is looked for; shorter ones stand for themselves. */
const SHORTEST_VALUE = 6;

/**
 * Names the values of a site's `env` in a text instead of telling them: `${NAME}`. Of a text that was cut, the beginning of one
 * at its end is left out.
 */
export function maskSecrets(env: Readonly<Record<string, string>>): (text: string) => string {
  // One may begin with another: the longest that fits is the one.
  const secrets = Object.entries(env)
    .filter(([, value]) => value.length >= SHORTEST_VALUE)
    .toSorted(([, a], [, b]) => b.length - a.length);
  if (secrets.length === 0) return (text) => text;
  const names = new Map(secrets.map(([name, value]) => [value, name]));
  const pattern = new RegExp(Array.from(names.keys(), literally).join("|"), "g");
  return (text) => {
    const masked = text.replaceAll(pattern, (value) => `\${${names.get(value)}}`);
    if (!masked.endsWith(CUT)) return masked;
    const end = masked.slice(0, -CUT.length);
    const shown = Math.max(...Array.from(names.keys(), (value) => begunAtEnd(end, value)));
    return end.slice(0, end.length - shown) + CUT;
  };
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** Characters at the text's end that are the beginning of the value. */
function begunAtEnd(text: string, value: string): number {
  let length = Math.min(value.length - 1, text.length);
  while (!text.endsWith(value.slice(0, length))) length--;
  return length;
}
