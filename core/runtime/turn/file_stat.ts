import { freezeObject, mapGet, mapSet, mapSize, PlainMap } from "../language/primordials.ts";

/** What `stat` returns to scripts. Times are milliseconds since 1970. */
export interface FileStat {
  readonly path: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: number;
  readonly etag: string;
  readonly contentType: string;
}

/** Texts of which is remembered what is in them. */
const MOST_KNOWN = 64;

/** What `stat` has told lately, unpacked once. Requests share it, so it is frozen. */
export class KnownStats {
  #known = new PlainMap<string, FileStat>();

  of(packed: string): FileStat {
    const known = mapGet(this.#known, packed);
    if (known !== undefined) return known;
    if (mapSize(this.#known) >= MOST_KNOWN) this.#known = new PlainMap();
    const stat = freezeObject(unpackFileStat(packed));
    mapSet(this.#known, packed, stat);
    return stat;
  }
}

/**
 * Unpacks what the host packs (`core/script/host/host_stat.ts`): kind (`f` file, `d` folder, `o` other) and `l` for a
 * link or `-`, then size, mtime, ctime, mode, uid, gid, inode, etag, content type and path, parted by `\n`, the
 * path last because it may hold anything.
 */
function unpackFileStat(packed: string): FileStat {
  const parts = packed.split("\n");
  return {
    path: parts.slice(10).join("\n"),
    isFile: packed[0] === "f",
    isDirectory: packed[0] === "d",
    isSymlink: packed[1] === "l",
    size: Number(parts[1]),
    mtime: Number(parts[2]),
    ctime: Number(parts[3]),
    mode: Number(parts[4]),
    uid: Number(parts[5]),
    gid: Number(parts[6]),
    inode: Number(parts[7]),
    etag: parts[8]!,
    contentType: parts[9]!,
  };
}
