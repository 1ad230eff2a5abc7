import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FileBody } from "../../files/file_body.ts";
import type { FileStat } from "../../files/file_stat.ts";
import { OpenedFile } from "../../files/opened_file.ts";
import { HttpError } from "../../http/http_error.ts";
import { readBody } from "../../http/read_body.ts";
import { HostOperationError, type HostOperations } from "./host_operations.ts";

/** Entries of a folder that a script may be told; more is a RangeError. */
const MOST_ENTRIES = 10_000;

/**
 * `readFile` and `readDir` of a site. What is missing, no file or no folder, or lies outside the site's folders, is
 * told as nothing: a path made from a request tells no more than that.
 *
 * @param resolve looks at a path on behalf of the site
 * @param limit bytes of a file that a script may read; above it RangeError
 */
export function createHostFiles(
  resolve: (path: string) => FileStat | undefined,
  limit: number,
): HostOperations {
  const realPathOf = (path: string, kind: "isFile" | "isDirectory"): string | undefined => {
    const stat = resolve(path);
    return stat?.[kind] === true ? stat.realPath : undefined;
  };
  return {
    /** The path comes as it is, not as JSON. Bytes, or an empty text when there is none. */
    async readFile(path) {
      const realPath = realPathOf(path, "isFile");
      const bytes = realPath === undefined ? undefined : await contentOf(path, realPath, limit);
      return bytes === undefined ? "" : new Uint8Array(bytes).buffer;
    },
    /** Likewise, the text behind a `+`, or an empty text. */
    async readText(path) {
      const realPath = realPathOf(path, "isFile");
      const bytes = realPath === undefined ? undefined : await contentOf(path, realPath, limit);
      return bytes === undefined ? "" : `+${bytes.toString("utf8")}`;
    },
    /** JSON of the entries, sorted by name, or an empty text. */
    async readDir(path) {
      const realPath = realPathOf(path, "isDirectory");
      return realPath === undefined ? "" : entriesOf(path, realPath);
    },
  };
}

async function contentOf(path: string, realPath: string, limit: number): Promise<Buffer | undefined> {
  let file: OpenedFile | undefined;
  try {
    file = OpenedFile.open(realPath);
    file.verifyLocation();
  } catch (error) {
    file?.close();
    if (error instanceof HttpError && (error.status === 404 || error.status === 403)) return undefined;
    throw new HostOperationError("Error", `readFile("${path}"): the file cannot be read now`);
  }
  const { size } = file;
  if (size > limit) {
    file.close();
    const message = `readFile("${path}"): at most ${limit} bytes (limits.body), the file has ${size}`;
    throw new HostOperationError("RangeError", message);
  }
  try {
    return await readBody(new FileBody(file, [{ start: 0, length: size }]), limit);
  } catch {
    throw new HostOperationError("Error", `readFile("${path}"): the file became shorter while it was read`);
  }
}

async function entriesOf(path: string, realPath: string): Promise<string> {
  let entries: Awaited<ReturnType<typeof readFolder>>;
  try {
    entries = await readFolder(realPath);
  } catch {
    return "";
  }
  if (entries.length > MOST_ENTRIES) {
    const message = `readDir("${path}"): at most ${MOST_ENTRIES} entries, the folder has ${entries.length}`;
    throw new HostOperationError("RangeError", message);
  }
  const told = entries.map((entry) => ({
    name: entry.name,
    path: join(path, entry.name),
    isFile: entry.isFile(),
    isDirectory: entry.isDirectory(),
    isSymlink: entry.isSymbolicLink(),
  }));
  told.sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify(told);
}

function readFolder(realPath: string) {
  return readdir(realPath, { withFileTypes: true });
}
