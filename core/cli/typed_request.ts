import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { HttpError } from "../http/http_error.ts";
import type { Client } from "../http/incoming.ts";
import type { HeadLimits } from "../http/parse_request_head.ts";
import type { RequestHead } from "../http/request_head.ts";
import type { LocalTarget } from "../testing/local_head.ts";
import { UsageError } from "./exit_code.ts";

/** The options that make a request, as they were typed; those of curl. */
export interface TypedRequest {
  readonly request?: string;
  readonly header?: readonly string[];
  readonly data?: string;
}

/** A token (RFC 9110 section 5.6.2). */
const METHOD = /^[\w!#$%&'*+.^`|~-]+$/;

export interface ReadRequest {
  readonly head: RequestHead;
  readonly body: Buffer | undefined;
  readonly client: Client;
  readonly target: LocalTarget;
}

/** Throws UsageError for what no listener would take. */
export async function readRequest(
  url: string,
  options: TypedRequest,
  limits: HeadLimits,
): Promise<ReadRequest> {
  const { localHead, readLocalTarget } = await import("../testing/local_head.ts");
  const target = readLocalTarget(url);
  if (target === undefined) throw new UsageError(`"${url}" is neither a path such as /old nor an http URL`);
  const body = options.data === undefined ? undefined : await readData(options.data);
  const fields = (options.header ?? []).map(readHeader);
  if (body !== undefined && !fields.some(([name]) => name.toLowerCase() === "content-type")) {
    fields.push(["Content-Type", "application/x-www-form-urlencoded"]);
  }
  const method = options.request ?? (body === undefined ? "GET" : "POST");
  if (!METHOD.test(method)) {
    throw new UsageError(`-X ${JSON.stringify(method)}: a method is one word, such as GET or PURGE`);
  }
  const authority = target.authority ?? "localhost";
  const parts = { method, target: target.target, authority, fields, length: body?.length };
  const client = { address: "127.0.0.1", port: 40_000, tls: target.tls };
  try {
    return { head: localHead(parts, limits), body, client, target };
  } catch (error) {
    if (!(error instanceof Error && error.name === "HttpError")) throw error;
    throw new UsageError(
      `no server would take this request, it answers ${(error as HttpError).status}: ${error.message}`,
    );
  }
}

function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon > 0) return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  throw new UsageError(`-H "${line}": a header is written 'Name: value'`);
}

/** As curl has it, but for line breaks of a file, which stay. */
async function readData(data: string): Promise<Buffer> {
  if (!data.startsWith("@")) return Buffer.from(data);
  if (data === "@-") return await buffer(process.stdin);
  try {
    return await readFile(data.slice(1));
  } catch (error) {
    throw new UsageError(`-d ${data}: the file cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
