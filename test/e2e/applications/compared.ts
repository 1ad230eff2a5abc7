import assert from "node:assert/strict";
import http from "node:http";
import { buffer } from "node:stream/consumers";

/** One request of a table: sent to the real server, and to the same application in this process. */
export interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** What a client can tell of an answer, framing and connection apart. */
export interface Got {
  readonly status: number;
  /** Lower-case names and values, sorted by name; of the same name they are joined, but for `set-cookie`. */
  readonly headers: readonly (readonly [string, string])[];
  /** As Latin-1. */
  readonly body: string;
}

/** What belongs to the connection and the server, not to the application's answer. */
const FRAMING = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "server",
  "transfer-encoding",
]);

/** Asks over a connection of its own. */
export async function askServer(address: string, asked: Asked): Promise<Got> {
  const outgoing = http.request(address + asked.path, {
    method: asked.method ?? "GET",
    headers: { ...asked.headers },
    agent: false,
  });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    outgoing.on("response", resolve).on("error", reject).end(asked.body);
  });
  const body = await buffer(response);
  const headers: [string, string][] = [];
  const { rawHeaders } = response;
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers.push([rawHeaders[i]!.toLowerCase(), rawHeaders[i + 1]!]);
  return { status: response.statusCode!, headers: sorted(headers), body: body.toString("latin1") };
}

/** Asks the application in this process, whose classes are Node's; `address` is that of the server. */
export async function askHere(
  fetch: (request: Request) => Response | Promise<Response>,
  address: string,
  asked: Asked,
): Promise<Got> {
  const { method = "GET", body } = asked;
  const request = new Request(address + asked.path, {
    method,
    headers: { host: new URL(address).host, ...asked.headers },
    ...(body === undefined ? {} : { body }),
  });
  const response = await fetch(request);
  const bytes = method === "HEAD" ? new ArrayBuffer() : await response.arrayBuffer();
  return {
    status: response.status,
    headers: sorted([...response.headers]),
    body: Buffer.from(bytes).toString("latin1"),
  };
}

/** Asks both and compares; returns what they agree about. */
export async function compare(
  fetch: (request: Request) => Response | Promise<Response>,
  address: string,
  asked: Asked,
): Promise<Got> {
  const [here, there] = [await askHere(fetch, address, asked), await askServer(address, asked)];
  assert.deepEqual(there, here, `${asked.method ?? "GET"} ${asked.path}`);
  return there;
}

/** The first value of a field. */
export function field({ headers }: Got, name: string): string | undefined {
  return headers.find(([each]) => each === name)?.[1];
}

function sorted(fields: [string, string][]): [string, string][] {
  const headers: [string, string][] = [];
  for (const [name, value] of fields) {
    const known = name === "set-cookie" ? undefined : headers.find(([each]) => each === name);
    if (known !== undefined) known[1] += `, ${value}`;
    else if (!FRAMING.has(name)) headers.push([name, value]);
  }
  return headers.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
