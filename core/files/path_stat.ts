import type { Stats } from "node:fs";
import { contentType } from "./content_type.ts";
import type { FileStat } from "./file_stat.ts";

/**
 * What the file system told of a path. The entity tag, the date and the content type are worked out when first
 * asked for, and are accessors: a spread copy lacks them.
 */
export class PathStat implements FileStat {
  readonly path: string;
  readonly realPath: string;
  readonly isSymlink: boolean;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: number;
  #etag: string | undefined;
  #contentType: string | undefined;
  #lastModified: string | undefined;

  /** `stats` tells of `realPath`, which is no symbolic link. */
  constructor(path: string, realPath: string, isSymlink: boolean, stats: Stats) {
    this.path = path;
    this.realPath = realPath;
    this.isSymlink = isSymlink;
    this.isFile = stats.isFile();
    this.isDirectory = stats.isDirectory();
    this.size = stats.size;
    this.mtime = stats.mtimeMs;
    this.ctime = stats.ctimeMs;
    this.mode = stats.mode;
    this.uid = stats.uid;
    this.gid = stats.gid;
    this.inode = stats.ino;
  }

  get etag(): string {
    this.#etag ??= entityTag(this.inode, this.size, this.mtime);
    return this.#etag;
  }

  get lastModified(): string {
    this.#lastModified ??= new Date(this.mtime).toUTCString();
    return this.#lastModified;
  }

  get contentType(): string {
    this.#contentType ??= contentType(this.path);
    return this.#contentType;
  }
}

/**
 * The time goes in as microseconds, the finest that a double of milliseconds holds. Two writes of equal size in
 * place within one tick of the kernel's clock (4 ms on older kernels) get the same tag; a rename never does.
 */
function entityTag(inode: number, size: number, mtime: number): string {
  return `"${inode.toString(36)}-${size.toString(36)}-${Math.round(mtime * 1000).toString(36)}"`;
}
