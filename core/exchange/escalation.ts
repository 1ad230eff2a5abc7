import { filePath } from "../files/file_path.ts";
import { type BodySource, cancelBody } from "../http/body.ts";
import { INVALID } from "../http/field_marks.ts";
import { isToken } from "../http/head_grammar.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { RequestHead } from "../http/request_head.ts";
import { normalizePath } from "../http/request_path.ts";
import type { RequestChanges } from "../script/script_task.ts";

/** What escalation works with: the request with the changes its scripts made, all of it checked. */
export interface Escalation {
  readonly method: string;
  readonly path: string;
  readonly query: string | undefined;
  /** The request's own list, not to be changed, or a new one. */
  readonly headers: HeaderList;
  /** Backend that the script named. */
  readonly backend: string | undefined;
  /** Absolute path of the static file to try, undefined when the path cannot name one. */
  readonly file: string | undefined;
  /** Instead of the request's own body; null for none. */
  readonly body: string | Uint8Array | BodySource | null | undefined;
}

const QUERY = /^[\x21-\x22\x24-\x7e]*$/;

/**
 * Throws `HttpError` 500 for a change that makes no valid request, or 400 for a path that is none; a body that came
 * with it is let go then.
 */
export function planEscalation(
  head: RequestHead,
  changes: RequestChanges | undefined,
  root: string | undefined,
): Escalation {
  try {
    return checkedPlan(head, changes, root);
  } catch (error) {
    cancelBody(changes?.body);
    throw error;
  }
}

function checkedPlan(
  head: RequestHead,
  changes: RequestChanges | undefined,
  root: string | undefined,
): Escalation {
  if (changes === undefined) {
    return {
      method: head.method,
      path: head.path,
      query: head.query,
      headers: head.headers,
      backend: undefined,
      file: root === undefined ? undefined : filePath(root, head.path),
      body: undefined,
    };
  }
  const path = changes.path === undefined ? head.path : normalizePath(text(changes.path, "path"));
  return {
    method: changes.method === undefined ? head.method : checkedMethod(text(changes.method, "method")),
    path,
    query: changes.query === undefined ? head.query : checkedQuery(text(changes.query, "query")),
    headers: changes.headers === undefined ? head.headers : checkedHeaders(text(changes.headers, "headers")),
    backend: changes.backend === undefined ? undefined : text(changes.backend, "backend"),
    file: changes.file === undefined ? root && filePath(root, path) : text(changes.file, "file"),
    body: changes.body,
  };
}

function text(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw refused(name, "must be text", typeof value);
}

function checkedMethod(method: string): string {
  if (!isToken(method) || method === "CONNECT")
    throw refused("method", "must be a method, and not CONNECT", method);
  return method;
}

function checkedQuery(query: string): string | undefined {
  if (!QUERY.test(query)) throw refused("query", "must be percent-encoded", query);
  return query === "" ? undefined : query;
}

function checkedHeaders(fields: string): HeaderList {
  const headers = HeaderList.fromText(fields);
  if (headers.marks === INVALID) throw refused("headers", "must be valid header fields", fields);
  return headers;
}

function refused(name: string, rule: string, value: string): HttpError {
  const shown = JSON.stringify(value.slice(0, 200));
  return new HttpError(
    500,
    "script_bad_change",
    `escalating with request.${name} from a script: ${rule}, got ${shown}`,
  );
}
