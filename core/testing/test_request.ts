import type { ClientTls } from "../http/client_tls.ts";
import type { Client } from "../http/incoming.ts";
import { readLocalTarget } from "./local_head.ts";

/** Options of `fetch`: the standard ones, and who asks. */
export interface FetchInit extends RequestInit {
  readonly client?: { readonly address?: string; readonly port?: number; readonly tls?: ClientTls };
}

/** What a test asks for, ready to be made a head. */
export interface TestRequest {
  /** How messages call it. */
  readonly title: string;
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | undefined;
  readonly client: Client;
}

/** Reads the parameters of `fetch`. Throws TypeError, as the standard's Request does for most of what it refuses. */
export async function readTestRequest(
  input: string | URL | Request,
  { client, ...init }: FetchInit,
  host: string,
): Promise<TestRequest> {
  const url = input instanceof Request ? input.url : String(input);
  const read = readLocalTarget(url);
  if (read === undefined) {
    throw new TypeError(`fetch: neither a path such as "/old" nor an http URL: ${JSON.stringify(url)}`);
  }
  const { tls, target, authority = host } = read;
  // The standard's class reads method, headers and all forms of a body; the URL it would normalize.
  const request = new Request(input instanceof Request ? input : `http://${authority}/`, {
    ...init,
    // Node asks for this before it takes a stream; the type does not have it.
    ...(init.body === undefined ? {} : { duplex: "half" }),
  } as RequestInit);
  return {
    title: `${request.method} ${url}`,
    method: request.method,
    target,
    authority,
    fields: [...request.headers],
    body: request.body === null ? undefined : Buffer.from(await request.arrayBuffer()),
    client: clientOf(tls, client),
  };
}

function clientOf(
  isHttps: boolean,
  { address = "127.0.0.1", port = 40_000, tls }: FetchInit["client"] = {},
): Client {
  if (tls === undefined) return { address, port, tls: isHttps };
  return { address, port, tls: true, details: tls, detailsText: JSON.stringify(tls) };
}
