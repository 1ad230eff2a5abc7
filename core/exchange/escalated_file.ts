import type { FileStat } from "../files/file_stat.ts";
import { refuseMethod } from "../files/serve_file.ts";
import { HeaderList } from "../http/header_list.ts";
import type { Escalation } from "./escalation.ts";
import type { Reply } from "./reply.ts";
import type { Site } from "./site_table.ts";

/** Names that begin with a dot (`.git`, `.env`) are not for visitors, but for `/.well-known/` (RFC 8615). */
const HIDDEN = /\/\.(?!well-known(?:\/|$))/;

/**
 * The static file that an escalation leads to: the file itself, the index file of a folder, a listing of it, or a
 * redirect to the folder's address with its slash. Undefined when there is no such file, or when it is not the site's
 * to send. A promise where something has to be read or compressed first; throws and rejects with HttpError.
 */
export function escalatedFile(site: Site, plan: Escalation): Reply | Promise<Reply> | undefined {
  const path = plan.file!;
  if (HIDDEN.test(plan.path)) return undefined;
  if (path.endsWith("/")) return folderReply(site, plan, path);
  const found = site.files.resolve(path);
  if (found === undefined) return undefined;
  if (found.isDirectory) {
    // A script may have named the folder for a path that has its slash already.
    return plan.path.endsWith("/") ? folderReply(site, plan, `${path}/`) : redirectToFolder(site, plan, path);
  }
  return found.isFile ? fileReply(site, plan, path, found) : undefined;
}

function fileReply(site: Site, plan: Escalation, path: string, file: FileStat): Reply | Promise<Reply> {
  const response = site.files.serve(plan, { path }, file);
  if (response instanceof Promise) return response.then((made) => ({ ...made, by: "file" }));
  return { ...response, by: "file" };
}

/** `path` has a slash at its end. */
function folderReply(site: Site, plan: Escalation, path: string): Reply | Promise<Reply> | undefined {
  const { index, listing } = site.config.files;
  for (const name of index) {
    const file = site.files.resolve(path + name);
    if (file?.isFile === true) return fileReply(site, plan, path + name, file);
  }
  if (!listing) return undefined;
  const folder = site.files.resolve(path.slice(0, -1));
  if (folder?.isDirectory !== true || !plan.path.endsWith("/")) return undefined;
  const refusal = refuseMethod(plan.method);
  if (refusal !== undefined) return { ...refusal, by: "file" };
  return site.files.list(plan, plan.path, folder).then((made) => ({ ...made, by: "file" }));
}

/** Only a folder that has something to show; of others nobody is told that they exist. */
function redirectToFolder(site: Site, plan: Escalation, path: string): Reply | undefined {
  if (!plan.path.startsWith("/")) return undefined;
  const { index, listing } = site.config.files;
  const isShown = listing || index.some((name) => site.files.resolve(`${path}/${name}`)?.isFile === true);
  if (!isShown) return undefined;
  // Two slashes at its begin would name another host: a canonical path has none.
  const location = `${plan.path}/${plan.query === undefined ? "" : `?${plan.query}`}`;
  const reads = plan.method === "GET" || plan.method === "HEAD";
  // 308 keeps the method.
  const status = reads ? 301 : 308;
  return { status, headers: HeaderList.from([["Location", location]]), body: undefined, by: "file" };
}
