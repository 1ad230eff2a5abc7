import { posix } from "node:path";
import type { FileStat } from "../file_stat.ts";
import { ENCODINGS, ENDINGS, type Encoding } from "./encoding.ts";

/** The encoded forms of a file that lie beside it. */
export type Siblings = Readonly<Partial<Record<Encoding, FileStat>>>;

/**
 * `page.html.br`, `.zst` and `.gz` of `page.html`, if they lie in the same folder and are not older. Undefined when
 * there are none.
 *
 * @param look looks at a path on behalf of the site
 */
export function siblingsOf(
  stat: FileStat,
  look: (path: string) => FileStat | undefined,
): Siblings | undefined {
  let found: Partial<Record<Encoding, FileStat>> | undefined;
  for (const encoding of ENCODINGS) {
    const sibling = look(stat.path + ENDINGS[encoding]);
    if (sibling?.isFile !== true || sibling.size === 0 || !isAsNew(sibling, stat)) continue;
    if (posix.dirname(sibling.realPath) !== posix.dirname(stat.realPath)) continue;
    found ??= {};
    found[encoding] = sibling;
  }
  return found;
}

/** Some compressors give their output the time of the file in whole seconds only. */
function isAsNew(sibling: FileStat, original: FileStat): boolean {
  return sibling.mtime >= original.mtime || sibling.mtime === Math.floor(original.mtime / 1000) * 1000;
}
