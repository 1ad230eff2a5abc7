import { posix } from "node:path";
import { isWithin } from "./contained.ts";
import type { FileStat } from "./file_stat.ts";
import { hasIrregularSegments } from "./path_segments.ts";
import type { StatCache } from "./stat_cache.ts";
import { linksHaveSameOwner, type SymlinkPolicy } from "./symlink_policy.ts";

/**
 * Looks at a path on behalf of a site. Undefined when there is nothing, or when it lies outside the site's
 * folders, as written or after its symbolic links, or behind a link that the site does not follow: all of it looks
 * the same from outside.
 *
 * A folder that is a symbolic link itself counts as where it leads now (believed as long as any `stat`), so a
 * root such as `/srv/current -> releases/42` may be switched while the proxy runs. Paths without a link cost the
 * same whatever the policy.
 *
 * @param folders absolute paths without dot segments, as configured or real
 * @param path absolute path as a script or a request wrote it
 * @param followed remembers what was found out about links, for as long as a `stat` is believed; for one set of
 *   folders and one policy
 */
export function resolveFile(
  statCache: StatCache,
  folders: readonly string[],
  path: string,
  symlinks: SymlinkPolicy = "within",
  followed?: WeakMap<FileStat, boolean>,
): FileStat | undefined {
  if (path.charCodeAt(0) !== 0x2f) return undefined;
  const plain = hasIrregularSegments(path) ? posix.normalize(path) : path;
  if (!isWithin(folders, plain)) return undefined;
  const stat = statCache.stat(plain);
  if (stat === undefined || stat.realPath === plain) return stat;
  if (symlinks === "within" && isWithin(folders, stat.realPath)) return stat;
  if (!folders.some((folder) => isWithinReal(statCache, folder, stat.realPath))) return undefined;
  if (symlinks === "within") return stat;
  let isFollowed = followed?.get(stat);
  if (isFollowed === undefined) {
    isFollowed = follows(statCache, folders, plain, stat, symlinks);
    followed?.set(stat, isFollowed);
  }
  return isFollowed ? stat : undefined;
}

/** Whether the links on the way from one of the folders to the path are such as the policy follows. */
function follows(
  statCache: StatCache,
  folders: readonly string[],
  path: string,
  { realPath }: FileStat,
  symlinks: "same-owner" | "never",
): boolean {
  for (const folder of folders) {
    if (!isWithin([folder], path)) continue;
    const real = statCache.stat(folder)?.realPath;
    if (real === undefined) continue;
    const rest = path.slice(folder.length).split("/").filter(Boolean);
    if (realPath === posix.join(real, ...rest)) return true;
    if (symlinks === "same-owner" && linksHaveSameOwner(real, rest, realPath)) return true;
  }
  return false;
}

function isWithinReal(statCache: StatCache, folder: string, realPath: string): boolean {
  const real = statCache.stat(folder);
  return real?.isDirectory === true && isWithin([real.realPath], realPath);
}
