import { constants, type Dirent } from "node:fs";
import { lstat, open, opendir, readlink } from "node:fs/promises";
import { HttpError } from "../../http/http_error.ts";
import { normalizePath } from "../../http/request_path.ts";
import { filePath } from "../file_path.ts";
import type { FileStat } from "../file_stat.ts";
import type { ListedEntry, Listing } from "./listing.ts";

/** Entries one listing has. */
export const MOST_LISTED = 2000;
/** Names read of a folder; the listed ones are the first of these. */
const MOST_READ = 10_000;
/** Entries looked at at once. */
const BATCH = 32;

const FLAGS = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

interface Found {
  readonly name: string;
  readonly entry: Dirent;
}

/**
 * Reads a folder on libuv's threads: files and folders, no names that begin with a dot, and none that no request
 * can name: not UTF-8, or with control characters. Rejects with HttpError 404 when the folder is gone, 403 when it may not be read.
 *
 * @param look looks at a path on behalf of the site; decides about symbolic links
 */
export async function readFolder(
  folder: FileStat,
  look: (path: string) => FileStat | undefined,
): Promise<Listing> {
  try {
    await using handle = await open(folder.realPath, FLAGS);
    const openPath = `/proc/self/fd/${handle.fd}`;
    const location = await readlink(openPath).catch(() => undefined);
    if (location !== undefined && location !== folder.realPath)
      throw new HttpError(404, "folder_moved", `list ${folder.realPath}: led to ${location}`);
    // By its descriptor it stays the same folder, whatever takes its place.
    const base = location === undefined ? folder.realPath : openPath;
    const found = await readNames(base);
    const listed = found.slice(0, MOST_LISTED);
    const entries: ListedEntry[] = [];
    for (let i = 0; i < listed.length; i += BATCH) {
      const batch = listed.slice(i, i + BATCH).map((one) => lookAt(one, base, folder.path, look));
      for (const entry of await Promise.all(batch)) if (entry !== undefined) entries.push(entry);
    }
    return { entries: entries.sort(inOrder()), isCut: found.length > listed.length };
  } catch (error) {
    throw error instanceof HttpError ? error : listingFailure(folder.realPath, error);
  }
}

async function readNames(base: string): Promise<Found[]> {
  const found: Found[] = [];
  // Latin-1 keeps the bytes of a name, whatever they are.
  for await (const entry of await opendir(base, { encoding: "latin1", bufferSize: 256 })) {
    if (entry.name.startsWith(".")) continue;
    const name = decodeName(entry.name);
    if (name === undefined || !canBeAskedFor(name)) continue;
    found.push({ name, entry });
    if (found.length === MOST_READ) break;
  }
  return found.sort(
    (a, b) =>
      Number(b.entry.isDirectory()) - Number(a.entry.isDirectory()) ||
      (a.name < b.name ? -1 : Number(a.name > b.name)),
  );
}

function decodeName(bytes: string): string | undefined {
  const name = Buffer.from(bytes, "latin1");
  const text = name.toString("utf8");
  return Buffer.from(text, "utf8").equals(name) ? text : undefined;
}

/** Whether a request can have such a path: a control character, for one, is refused. */
function canBeAskedFor(name: string): boolean {
  if (/^[\w. ()-]+$/.test(name)) return true;
  const path = `/${encodeURIComponent(name)}`;
  try {
    return filePath("/", normalizePath(path)) === `/${name}`;
  } catch {
    return false;
  }
}

/** Undefined for what is neither a file nor a folder, gone, or behind a link that is not followed. */
async function lookAt(
  { name, entry }: Found,
  base: string,
  path: string,
  look: (path: string) => FileStat | undefined,
): Promise<ListedEntry | undefined> {
  if (entry.isSymbolicLink()) {
    const target = look(`${path.replace(/\/$/, "")}/${name}`);
    if (target === undefined || !(target.isFile || target.isDirectory)) return undefined;
    return { name, isFolder: target.isDirectory, size: target.size, mtime: target.mtime };
  }
  try {
    const stats = await lstat(`${base}/${name}`);
    if (!stats.isFile() && !stats.isDirectory()) return undefined;
    return { name, isFolder: stats.isDirectory(), size: stats.size, mtime: stats.mtimeMs };
  } catch {
    return undefined;
  }
}

/** Folders first, then as a person would sort: `a2` before `a10`. */
function inOrder(): (a: ListedEntry, b: ListedEntry) => number {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return (a, b) =>
    Number(b.isFolder) - Number(a.isFolder) ||
    compare(a.name, b.name) ||
    (a.name < b.name ? -1 : Number(a.name > b.name));
}

function listingFailure(realPath: string, error: unknown): HttpError {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  const message = `list ${realPath}: ${code}`;
  if (code === "EACCES" || code === "EPERM") return new HttpError(403, "file_forbidden", message, error);
  if (code === "EMFILE" || code === "ENFILE") return new HttpError(503, "files_exhausted", message, error);
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP")
    return new HttpError(404, "file_gone", message, error);
  return new HttpError(500, "file_unreadable", message, error);
}
