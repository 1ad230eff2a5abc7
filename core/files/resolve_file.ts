import { posix } from "node:path";
import { isWithin } from "./contained.ts";
import type { FileStat } from "./file_stat.ts";
import { hasIrregularSegments } from "./path_segments.ts";
import type { StatCache } from "./stat_cache.ts";

/**
 * Looks at a path on behalf of a site. Undefined when there is nothing, or when it lies outside the site's
 * folders, as written or after its symbolic links: the two look the same from outside.
 *
 * A folder that is a symbolic link itself counts as where it leads now (believed as long as any `stat`), so a
 * root such as `/srv/current -> releases/42` may be switched while the proxy runs.
 *
 * @param folders absolute paths without dot segments, as configured or real
 * @param path absolute path as a script or a request wrote it
 */
export function resolveFile(
  statCache: StatCache,
  folders: readonly string[],
  path: string,
): FileStat | undefined {
  if (path.charCodeAt(0) !== 0x2f) return undefined;
  const plain = hasIrregularSegments(path) ? posix.normalize(path) : path;
  if (!isWithin(folders, plain)) return undefined;
  const stat = statCache.stat(plain);
  if (stat === undefined || stat.realPath === plain || isWithin(folders, stat.realPath)) return stat;
  return folders.some((folder) => isWithinReal(statCache, folder, stat.realPath)) ? stat : undefined;
}

function isWithinReal(statCache: StatCache, folder: string, realPath: string): boolean {
  const real = statCache.stat(folder);
  return real?.isDirectory === true && isWithin([real.realPath], realPath);
}
