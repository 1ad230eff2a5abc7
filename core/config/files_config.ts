/** How a site's static files are sent. */
export interface SiteFilesConfig {
  /** File names that stand for their folder, the first that is there; none for no such files. */
  readonly index: readonly string[];
  /** Whether folders without an index file are listed. */
  readonly listing: boolean;
  /** Symbolic links: `within` the site's folders, `same-owner` as well as within, or `never`. */
  readonly symlinks: "within" | "same-owner" | "never";
  /** Whether `.br`, `.zst` and `.gz` files beside a file are sent in its place to clients that take them. */
  readonly precompressed: boolean;
  /** Whether text is compressed for clients that take it. */
  readonly compress: boolean;
}

/** Compression of static files on their way. */
export interface CompressionConfig {
  /** Encodings offered, the preferred one first. */
  readonly encodings: readonly ("br" | "zstd" | "gzip")[];
  /** Bytes of the smallest and of the largest file that is compressed. */
  readonly minimum: number;
  readonly maximum: number;
  /** Bytes of compressed files kept in memory, per worker. */
  readonly cache: number;
  /** Files compressed at once, per worker. */
  readonly concurrency: number;
  /** Files that may wait for their turn. */
  readonly queue: number;
  /** Milliseconds a request waits for its file to be compressed. */
  readonly patience: number;
}

/** What a worker keeps of files. */
export interface FilesConfig {
  /** Milliseconds a `stat` result, also of a missing file, is believed. */
  readonly statAge: number;
  /** Paths the stat cache holds. */
  readonly statEntries: number;
  /** Bytes of small files kept in memory, per worker. */
  readonly memory: number;
}
