import { isFieldValue, isToken } from "../../http/head_grammar.ts";
import type { HeaderList } from "../../http/header_list.ts";

/** Fields of one connection of HTTP/1 (RFC 9113 section 8.2.2), and the length, which is the lane's. */
const NOT_PASSED = new Set([
  "connection",
  "content-length",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The fields of a response as `node:http2` takes them: name and value in turns, names in lower case; undefined when one is
 * not valid, for they may come from a script. Date is added by node unless it is there.
 */
export function http2ResponseFields(
  status: number,
  headers: HeaderList,
  length: number | undefined,
): string[] | undefined {
  const fields = [":status", String(status)];
  const named = namedByConnection(headers);
  let hasServer = false;
  for (const [name, value] of headers) {
    if (!isToken(name) || !isFieldValue(value)) return undefined;
    const lower = name.toLowerCase();
    if (lower === "server") hasServer = true;
    if (!NOT_PASSED.has(lower) && named?.has(lower) !== true) fields.push(lower, value);
  }
  if (length !== undefined) fields.push("content-length", String(length));
  if (!hasServer) fields.push("server", "lodestone");
  return fields;
}

/** Fields of an interim response, by name; undefined when one is not valid. */
export function http2InformFields(
  status: number,
  headers: HeaderList,
): Record<string, string | string[]> | undefined {
  const fields: Record<string, string | string[]> = { ":status": String(status) };
  for (const [name, value] of headers) {
    if (!isToken(name) || !isFieldValue(value)) return undefined;
    const lower = name.toLowerCase();
    if (!NOT_PASSED.has(lower)) fields[lower] = headers.getAll(lower);
  }
  return fields;
}

function namedByConnection(headers: HeaderList): Set<string> | undefined {
  const connection = headers.get("connection");
  if (connection === undefined) return undefined;
  return new Set(connection.split(",").map((name) => name.trim().toLowerCase()));
}
