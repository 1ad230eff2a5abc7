import { entryReference, type Listing } from "./listing.ts";

/** `{ path, entries: [{ name, href, type, size, modified }], complete }`; `size` is null for folders. */
export function listingJson(path: string, { entries, isCut }: Listing): string {
  return JSON.stringify({
    path,
    entries: entries.map((entry) => ({
      name: entry.name,
      href: entryReference(entry),
      type: entry.isFolder ? "folder" : "file",
      size: entry.isFolder ? null : entry.size,
      modified: new Date(entry.mtime).toISOString(),
    })),
    complete: !isCut,
  });
}
