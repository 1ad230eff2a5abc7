import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { TestContext } from "node:test";
import type { Listener } from "../../../core/front/listener.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";

export interface Http2Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders & IncomingHttpStatusHeader;
  readonly body: Buffer;
  /** Code of the RST_STREAM that ended it, 0 for none. */
  readonly code: number;
}

export function portOf(listener: Listener): number {
  const { address } = listener;
  if (address.kind !== "tcp") throw new Error("not a TCP listener");
  return address.port;
}

/** A session of Node's client, without TLS. */
export async function openSession(t: TestContext, listener: Listener): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${portOf(listener)}`);
  session.on("error", () => {});
  t.after(() => session.destroy());
  await once(session, "remoteSettings");
  return session;
}

/** A session of frames. */
export async function openRaw(
  t: TestContext,
  listener: Listener,
  ...settings: [id: number, value: number][]
): Promise<RawHttp2> {
  const client = await RawHttp2.open(portOf(listener), ...settings);
  t.after(() => client.socket.destroy());
  return client;
}

/** Sends a request and reads the response as far as it comes. */
export async function send(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: Uint8Array | string,
): Promise<Http2Response> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return await responseOf(stream);
}

/** What comes back on a stream. Rejects when it ends without a head. */
export async function responseOf(stream: ClientHttp2Stream): Promise<Http2Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Http2Response>();
  let headers: Http2Response["headers"] | undefined;
  const chunks: Buffer[] = [];
  stream.on("response", (received) => {
    headers = received;
  });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", () => {});
  stream.on("close", () => {
    const code = stream.rstCode ?? 0;
    if (headers === undefined) reject(new Error(`the stream ended without a response, code ${code}`));
    else resolve({ status: headers[":status"] ?? 0, headers, body: Buffer.concat(chunks), code });
  });
  return await promise;
}
