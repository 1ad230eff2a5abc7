import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";

const HERE = new URL(".", import.meta.url).href;

/** The folder of the file that called into this folder's modules; the current one when it is not known. */
export function callersFolder(): string {
  for (const { scriptName } of getCallSites(32, { sourceMap: false })) {
    const url = scriptName.startsWith("/") ? new URL(`file://${encodeURI(scriptName)}`).href : scriptName;
    if (url.startsWith("file:") && !url.startsWith(HERE)) return dirname(fileURLToPath(url));
  }
  return process.cwd();
}

/** Absolute path of what a test named: a URL, or a path beside it. */
export function testPath(folder: string, path: string | URL): string {
  if (path instanceof URL || path.startsWith("file:")) return fileURLToPath(path);
  return resolve(folder, path);
}
