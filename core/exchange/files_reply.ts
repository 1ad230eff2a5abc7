import { type BodyPart, MOST_PARTS } from "../files/body_part.ts";
import type { FileRequest } from "../files/file_response.ts";
import { resolveFile } from "../files/resolve_file.ts";
import { serveFile } from "../files/serve_file.ts";
import { serveParts } from "../files/serve_parts.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { RequestHead } from "../http/request_head.ts";
import { standardPage } from "../http/standard_page.ts";
import type { FilesAnswer } from "../script/script_task.ts";
import type { Destinations } from "./escalate.ts";
import type { Reply } from "./reply.ts";
import type { CheckedHead } from "./script_head.ts";
import type { Site } from "./site_table.ts";

/**
 * A script's answer made of files: `Response.file` and `Response.parts`. A file that is missing, or not the site's
 * to send, is a 404: a path made from the request tells nothing about the rest of the disk.
 */
export function filesReply(
  head: CheckedHead,
  answer: FilesAnswer,
  request: RequestHead,
  site: Site,
  { stat, contents }: Destinations,
): Reply {
  const asked = asAsked(head, request);
  if ("parts" in answer) {
    if (answer.parts.length > MOST_PARTS) {
      const message = `sending parts for a script: at most ${MOST_PARTS}, got ${answer.parts.length}`;
      throw new HttpError(500, "script_bad_answer", message);
    }
    const parts = answer.parts.map((part) => toPart(part, site, stat));
    if (parts.includes(undefined)) return { status: 404, ...standardPage(404), by: "script" };
    const whole = serveParts(asked, head.headers, parts as BodyPart[]);
    return { ...whole, status: whole.status === 200 ? head.status : whole.status, by: "script" };
  }
  const path = String(answer.file);
  const found = resolveFile(stat, site.folders, path);
  if (found?.isFile !== true) return { status: 404, ...standardPage(404), by: "script" };
  const selection = {
    path,
    offset: optionalNumber(answer.offset, "offset"),
    length: optionalNumber(answer.length, "length"),
    contentType: answer.contentType === undefined ? undefined : String(answer.contentType),
    download: answer.download === undefined ? undefined : String(answer.download),
  };
  const file = serveFile(asked, selection, found, contents);
  const headers = file.headers.clone();
  for (const [name] of head.headers) headers.delete(name.toLowerCase());
  for (const [name, value] of head.headers) headers.append(name, value);
  return { ...file, headers, status: file.status === 200 ? head.status : file.status, by: "script" };
}

/**
 * Conditions and ranges are for the 200 of a GET or HEAD (RFC 9110 section 13.2.1): an error page made of a file stays
 * one, and a script may answer any method with a file.
 */
function asAsked(head: CheckedHead, request: RequestHead): FileRequest {
  const isHead = request.method === "HEAD";
  if (head.status === 200 && (isHead || request.method === "GET")) return request;
  return { method: isHead ? "HEAD" : "GET", headers: HeaderList.empty() };
}

function toPart(
  part: Extract<FilesAnswer, { readonly parts: unknown }>["parts"][number],
  site: Site,
  stat: Destinations["stat"],
): BodyPart | undefined {
  if (typeof part === "string" || part instanceof Uint8Array) return part;
  const found = resolveFile(stat, site.folders, String(part.file));
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
