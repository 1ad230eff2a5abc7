import type { FileStat } from "../../files/file_stat.ts";

/**
 * The host's side of a site's `stat`: what lies in its folders, as text for the isolate. What `resolve` does not
 * find for the site is as if it did not exist, so that a path made from a request tells nothing.
 */
export function createHostStat(
  resolve: (path: string) => FileStat | undefined,
): (path: unknown) => string | undefined {
  // Packed once for as long as the cache believes the stat.
  const packed = new WeakMap<FileStat, string>();
  return (path) => {
    if (typeof path !== "string") return undefined;
    const stat = resolve(path);
    if (stat === undefined) return undefined;
    let text = packed.get(stat);
    if (text === undefined) {
      text = packFileStat(stat);
      packed.set(stat, text);
    }
    return text;
  };
}

/** The form is described in `runtime/turn/file_stat.ts`, which unpacks it. */
function packFileStat(stat: FileStat): string {
  const kind = stat.isFile ? "f" : stat.isDirectory ? "d" : "o";
  const { size, mtime, ctime, mode, uid, gid, inode } = stat;
  return (
    `${kind}${stat.isSymlink ? "l" : "-"}\n${size}\n${mtime}\n${ctime}\n${mode}\n${uid}\n${gid}\n${inode}\n` +
    `${stat.etag}\n${stat.contentType}\n${stat.path}`
  );
}
