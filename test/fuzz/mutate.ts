import type { Random } from "./random.ts";

/** What parsers stumble over. */
const SPECIAL = [
  ..."\u0000\u0001\t\n\u000b\f\r\u001b !\"#%',-./:;<=>?@[\\]_{|}~\u007f\u0080\u0085\u00a0\u00e9\u00ff0159aAfFgGxX",
  "\r\n",
  "\n\n",
  "\r\n\r\n",
  "\r\r\n",
  "\r\n ",
  "\r\n\t",
  ": ",
  " : ",
  "%2f",
  "%2e",
  "%00",
  "%c0%af",
  "//",
  "/../",
  "/./",
  "..;",
  "0\r\n\r\n",
  "ffffffffffffffff",
  "10000000000000000",
  "9007199254740993",
  "Host: b\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 05\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/1.1 200 OK\r\n",
  "GET / HTTP/1.1\r\n",
];

type Mutation = (text: string, random: Random, seeds: readonly string[]) => string;

const mutations: readonly Mutation[] = [
  function flipBit(text, random) {
    const at = random.below(text.length + 1);
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return text;
    return text.slice(0, at) + String.fromCharCode(code ^ (1 << random.below(8))) + text.slice(at + 1);
  },
  function deleteSome(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + random.below(4));
  },
  function insertByte(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at);
  },
  function insertSpecial(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(SPECIAL) + text.slice(at);
  },
  function replaceBySpecial(text, random) {
    const at = random.below(text.length + 1);
    const special = random.pick(SPECIAL);
    return text.slice(0, at) + special + text.slice(at + special.length);
  },
  function duplicate(text, random) {
    const from = random.below(text.length + 1);
    const to = from + random.below(40);
    return text.slice(0, to) + text.slice(from);
  },
  function duplicateLine(text, random) {
    const lines = text.split("\r\n");
    const at = random.below(lines.length);
    return [...lines.slice(0, at + 1), ...lines.slice(at)].join("\r\n");
  },
  function splice(text, random, seeds) {
    const other = random.pick(seeds);
    return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  },
  function exchangeLines(text, random) {
    const lines = text.split("\r\n");
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return lines.join("\r\n");
  },
  function changeCase(text, random) {
    const at = random.below(text.length + 1);
    const piece = text.slice(at, at + 1 + random.below(12));
    const changed = random.below(2) === 0 ? piece.toUpperCase() : piece.toLowerCase();
    // Latin-1 letters may become others: two of one, or one that is not Latin-1.
    return changed.length === piece.length && /^[\0-\xff]*$/.test(changed)
      ? text.slice(0, at) + changed + text.slice(at + piece.length)
      : text;
  },
  function repeat(text, random) {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + text.slice(at, at + 1).repeat(random.below(300)) + text.slice(at);
  },
];

/** A seed with one to six changes; Latin-1. Now and then none, so that what is valid is among the inputs. */
export function mutate(seeds: readonly string[], random: Random): string {
  let text = random.pick(seeds);
  for (let count = random.below(6); count > 0; count--) text = random.pick(mutations)(text, random, seeds);
  return text;
}
