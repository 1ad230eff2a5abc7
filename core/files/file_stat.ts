/** What `stat` tells of a path. The `mtime` and `ctime` are milliseconds since 1970. */
export interface FileStat {
  /** The path as asked for, absolute, dot segments removed. */
  readonly path: string;
  /** The path after every symbolic link. */
  readonly realPath: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  /** Whether the path itself is a symbolic link; the other fields tell of its target. */
  readonly isSymlink: boolean;
  readonly size: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly inode: number;
  /** Strong entity tag with its quotes. */
  readonly etag: string;
  /** The `mtime` as an HTTP-date. */
  readonly lastModified: string;
  /** From the name's ending, `application/octet-stream` when unknown, with charset for text. */
  readonly contentType: string;
}
