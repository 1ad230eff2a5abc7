import { lstatSync, readlinkSync, statSync } from "node:fs";
import { posix } from "node:path";

/**
 * Which symbolic links below a site's folders are followed: those that stay `within` them, of these only the ones
 * whose owner owns the target too, or none.
 */
export type SymlinkPolicy = "within" | "same-owner" | "never";

/** As many as Linux follows in one path. */
const MOST_LINKS = 40;

/**
 * Whether every symbolic link on the way from a folder to what a path below it names belongs to the owner of its
 * target. Links that lead to links are looked at one by one; those above the folder are the operator's business.
 *
 * Also checks that the way still ends at `realPath`: false when something was changed meanwhile.
 *
 * @param folder absolute path, its symbolic links followed
 * @param rest segments below it
 */
export function linksHaveSameOwner(folder: string, rest: readonly string[], realPath: string): boolean {
  const waiting = rest.toReversed();
  let current = folder;
  let links = 0;
  try {
    for (let segment = waiting.pop(); segment !== undefined; segment = waiting.pop()) {
      if (segment === "..") {
        current = posix.dirname(current);
        continue;
      }
      const path = posix.join(current, segment);
      const own = lstatSync(path);
      if (!own.isSymbolicLink()) {
        current = path;
        continue;
      }
      if (++links > MOST_LINKS || own.uid !== statSync(path).uid) return false;
      const target = readlinkSync(path);
      if (target.startsWith("/")) current = "/";
      waiting.push(...target.split("/").reverse());
    }
  } catch {
    return false;
  }
  return current === realPath;
}
