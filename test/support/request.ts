import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Uint8Array | Readable;
  /** Host field to send instead of the address: chooses the site. */
  readonly host?: string;
  /** Keeps connections between requests when given; each request has its own otherwise. */
  readonly agent?: http.Agent;
  readonly signal?: AbortSignal;
  /** Certificates in PEM that a server of `https:` may have, those of authorities or its own. */
  readonly ca?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
}

/** Sends a request and waits for the whole answer. Rejects when the answer is cut off. */
export async function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await openResponse(url, options);
  const body = await buffer(response);
  return { status: response.statusCode!, headers: response.headers, body, text: body.toString() };
}

/** Sends a request and waits for the head of the answer; the caller reads or destroys the body. */
export async function openResponse(url: string, options: RequestOptions = {}): Promise<http.IncomingMessage> {
  const { request } = url.startsWith("https:") ? https : http;
  const outgoing = request(url, {
    method: options.method ?? "GET",
    headers: { ...options.headers, ...(options.host === undefined ? {} : { host: options.host }) },
    agent: options.agent ?? false,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const responded = once(outgoing, "response") as Promise<[http.IncomingMessage]>;
  const { body } = options;
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
  else body.pipe(outgoing);
  const [response] = await responded;
  // A connection that breaks after the head shows on the response; the request then needs a listener too.
  outgoing.on("error", () => {});
  return response;
}
