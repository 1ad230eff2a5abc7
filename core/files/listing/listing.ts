/** One line of a listing. */
export interface ListedEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes; of a folder it says nothing. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
}

/** What a folder shows. */
export interface Listing {
  /** Folders first, then by name. */
  readonly entries: readonly ListedEntry[];
  /** Whether there are more than are listed. */
  readonly isCut: boolean;
}

/** Reference to an entry, relative to its folder's own address, which ends with a slash. */
export function entryReference({ name, isFolder }: ListedEntry): string {
  // Without the dot a name such as `javascript:x` would be an address of its own.
  return `./${encodeURIComponent(name)}${isFolder ? "/" : ""}`;
}
