import { type BodyPart, MOST_PARTS } from "../files/body_part.ts";
import type { FileRequest, FileResponse } from "../files/file_response.ts";
import { parseHttpDate } from "../files/parse_http_date.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { RequestHead } from "../http/request_head.ts";
import { standardPage } from "../http/standard_page.ts";
import type { FilesAnswer } from "../script/script_task.ts";
import type { Reply } from "./reply.ts";
import type { CheckedHead } from "./script_head.ts";
import type { Site } from "./site_table.ts";

/**
 * A script's answer made of files: `Response.file` and `Response.parts`. A file that is missing, or not the site's
 * to send, is a 404: a path made from the request tells nothing about the rest of the disk. A promise where a file has
 * to be compressed first.
 */
export function filesReply(
  head: CheckedHead,
  answer: FilesAnswer,
  request: RequestHead,
  site: Site,
): Reply | Promise<Reply> {
  const asked = asAsked(head, request);
  if ("parts" in answer) {
    if (answer.parts.length > MOST_PARTS) {
      const message = `sending parts for a script: at most ${MOST_PARTS}, got ${answer.parts.length}`;
      throw new HttpError(500, "script_bad_answer", message);
    }
    const parts = answer.parts.map((part) => toPart(part, site));
    if (parts.includes(undefined)) return { status: 404, ...standardPage(404), by: "script" };
    const whole = site.files.serveParts(asked, head.headers, parts as BodyPart[]);
    return { ...whole, status: whole.status === 200 ? head.status : whole.status, by: "script" };
  }
  const path = String(answer.file);
  const found = site.files.resolve(path);
  if (found?.isFile !== true) return { status: 404, ...standardPage(404), by: "script" };
  const selection = {
    path,
    offset: optionalNumber(answer.offset, "offset"),
    length: optionalNumber(answer.length, "length"),
    contentType: answer.contentType === undefined ? undefined : String(answer.contentType),
    download: answer.download === undefined ? undefined : String(answer.download),
    etag: head.headers.get("etag"),
    lastModified: lastModifiedOf(head.headers),
    isFixed: isFixed(head.headers),
  };
  const file = site.files.serve(asked, selection, found);
  return file instanceof Promise ? file.then((made) => withHead(made, head)) : withHead(file, head);
}

/** The answer with what the script says about it. */
function withHead(file: FileResponse, head: CheckedHead): Reply {
  const status = file.status === 200 ? head.status : file.status;
  if (head.headers.size === 0) return { ...file, status, by: "script" };
  const headers = file.headers.clone();
  // The validators are the script's already, as fits the form of the file that is sent.
  const names = new Set([...head.headers].map(([name]) => name.toLowerCase()));
  for (const name of ["etag", "last-modified"]) if (headers.has(name)) names.delete(name);
  const vary = headers.get("vary");
  for (const name of names) headers.delete(name);
  for (const [name, value] of head.headers) if (names.has(name.toLowerCase())) headers.append(name, value);
  if (vary !== undefined && names.has("vary")) headers.append("Vary", vary);
  return { ...file, headers, status, by: "script" };
}

function lastModifiedOf(headers: HeaderList): number | undefined {
  const date = headers.get("last-modified");
  return date === undefined ? undefined : parseHttpDate(date);
}

/**
 * Whether a script has said that the bytes are to be sent as they are (RFC 9111 section 5.2.2.6), or gave them a tag
 * that is none, so that the tags of other forms cannot be made from it.
 */
function isFixed(headers: HeaderList): boolean {
  const etag = headers.get("etag");
  return (
    headers.has("content-encoding") ||
    (etag !== undefined && !/^(?:W\/)?"[^"]*"$/.test(etag)) ||
    headers.get("cache-control")?.toLowerCase().includes("no-transform") === true
  );
}

/**
 * Conditions and ranges are for the 200 of a GET or HEAD (RFC 9110 section 13.2.1): an error page made of a file stays
 * one, and a script may answer any method with a file.
 */
function asAsked(head: CheckedHead, request: RequestHead): FileRequest {
  const isHead = request.method === "HEAD";
  if (head.status === 200 && (isHead || request.method === "GET")) return request;
  const accepted = request.headers.get("accept-encoding");
  const headers = accepted === undefined ? [] : [["Accept-Encoding", accepted] as const];
  return { method: isHead ? "HEAD" : "GET", headers: HeaderList.from(headers) };
}

function toPart(
  part: Extract<FilesAnswer, { readonly parts: unknown }>["parts"][number],
  site: Site,
): BodyPart | undefined {
  if (typeof part === "string" || part instanceof Uint8Array) return part;
  const found = site.files.resolve(String(part.file));
  if (found?.isFile !== true) return undefined;
  const offset = optionalNumber(part.offset, "offset") ?? 0;
  const length = optionalNumber(part.length, "length") ?? Math.max(0, found.size - offset);
  return { file: found.realPath, offset, length, seen: found };
}

function optionalNumber(value: unknown, name: string): number | undefined {
  if (value === undefined || typeof value === "number") return value;
  throw new HttpError(
    500,
    "script_bad_answer",
    `sending a file for a script: ${name} must be a number, got ${typeof value}`,
  );
}
