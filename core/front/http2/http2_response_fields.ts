import { connectionOptions } from "../../http/connection_options.ts";
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

/** What nghttp2 sends at most in one block of fields; with more it would end the session, other streams included. */
const BLOCK_LIMIT = 65_536;
/** Bytes that nghttp2 takes a field to need besides its text. */
const FIELD_OVERHEAD = 12;
/** Room for `:status`, Date, Server and Content-Length. */
const OWN_FIELDS = 256;

/** Why fields can't be sent, in words for the log. */
export class UnsendableFields extends Error {}

/**
 * The fields of a response as `node:http2` takes them: name and value in turns, names in lower case. Throws
 * UnsendableFields: they may come from a script. Date is added by node unless it is there.
 */
export function http2ResponseFields(
  status: number,
  headers: HeaderList,
  length: number | undefined,
): string[] {
  const fields = [":status", String(status)];
  passOn(headers, fields);
  if (length !== undefined) fields.push("content-length", String(length));
  if (!headers.has("server")) fields.push("server", "lodestone");
  return fields;
}

/** Fields of an interim response, by name. Throws UnsendableFields. */
export function http2InformFields(status: number, headers: HeaderList): Record<string, string | string[]> {
  const passed: string[] = [];
  passOn(headers, passed);
  const fields: Record<string, string | string[]> = { ":status": String(status) };
  for (let i = 0; i < passed.length; i += 2) fields[passed[i]!] = headers.getAll(passed[i]!);
  return fields;
}

/** Adds the fields that pass to `fields`, name and value in turns. */
function passOn(headers: HeaderList, fields: string[]): void {
  const named = namedByConnection(headers);
  let size = OWN_FIELDS;
  for (const [name, value] of headers) {
    check(name, value);
    size += name.length + value.length + FIELD_OVERHEAD;
    const lower = name.toLowerCase();
    if (!NOT_PASSED.has(lower) && named?.has(lower) !== true) fields.push(lower, value);
  }
  if (size > BLOCK_LIMIT) throw tooLarge(size);
}

function namedByConnection(headers: HeaderList): Set<string> | undefined {
  const connection = headers.get("connection");
  return connection === undefined ? undefined : connectionOptions(connection);
}

function check(name: string, value: string): void {
  if (isToken(name) && isFieldValue(value)) return;
  throw new UnsendableFields(`not a field: ${JSON.stringify(`${name}: ${value}`.slice(0, 200))}`);
}

function tooLarge(size: number): UnsendableFields {
  return new UnsendableFields(`fields of ${size} bytes, HTTP/2 sends at most ${BLOCK_LIMIT}`);
}
