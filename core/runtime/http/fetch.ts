import { jsonStringify, startsWith } from "../language/primordials.ts";
import type { FetchedHead } from "../turn/settle_operation.ts";
import { contentOf, markBodyUsed } from "./body.ts";
import { bytesOfContent } from "./body_reading.ts";
import { HeldBody } from "./content.ts";
import { FetchAbort } from "./fetch_abort.ts";
import { type FetchTarget, fetchTarget } from "./fetch_target.ts";
import { Headers, headersFromText, headersToText } from "./headers.ts";
import type { Request, RequestClass } from "./request.ts";
import { bodyToSend, isSpent } from "./request_body.ts";
import { type BodyChange, changesText, type RequestChanges, type SendServices } from "./request_changes.ts";
import { knownSignal } from "./request_extras.ts";
import type { RequestInit } from "./request_settings.ts";
import type { Response, ResponseClass } from "./response.ts";
import { UnreadBodies } from "./unread_bodies.ts";

export type Fetch = (input: unknown, init?: RequestInit) => Promise<Response>;

export interface FetchParts extends SendServices {
  readonly requests: RequestClass;
  readonly responses: ResponseClass;
}

/**
 * `fetch`: the request of the exchange, or one made from it, escalates now; any other goes to its origin or to the
 * backend that it names. The body that comes back stays on the host until it is read or sent on.
 */
export function createFetch(parts: FetchParts): Fetch {
  const { requests, outbox, chunks } = parts;
  const unread = new UnreadBodies(outbox);
  return async (input, init) => {
    const target = fetchTarget(input, init, requests);
    const { request } = target;
    if (isSpent(request)) {
      throw new TypeError(`fetch("${request.url}"): the request's body has been used already`);
    }
    const signal = knownSignal(requests.extrasOf(request));
    const abort = signal === undefined ? undefined : new FetchAbort(signal, parts);
    abort?.throwIfAborted();
    const content = contentOf(request);
    // Its clones want it too: the host keeps what has been read.
    if (content instanceof HeldBody && content.isShared) await bytesOfContent(content, parts);
    const { operation, body } =
      target.url === undefined ? escalate(target, parts) : start(target, parts, abort !== undefined);
    markBodyUsed(request);
    abort?.watch(operation);
    try {
      return await respond(target, operation, { parts, abort, unread });
    } catch (reason) {
      abort?.end();
      if (typeof body === "object" && body !== null && "stream" in body) {
        chunks.get("streams").writers.stop(body.stream, reason);
      }
      throw reason;
    }
  };
}

const UNCHANGED: RequestChanges = { path: undefined, headers: undefined, others: undefined };

/** A fetch whose command is written. */
interface Begun {
  readonly operation: number;
  readonly body: BodyChange | undefined;
}

function escalate({ request, backend }: FetchTarget, { requests, operations, outbox }: FetchParts): Begun {
  let changes = requests.changesOf(request) ?? UNCHANGED;
  if (backend !== undefined) changes = { ...changes, others: { ...changes.others, backend } };
  const text = changesText(changes);
  // The number is taken last: the script's own code may run before and fetch, and numbers ascend.
  const operation = operations.next();
  outbox.fetch(requests.slotOf(request), operation, text);
  return { operation, body: changes.others?.body };
}

/**
 * To another host, or to a named backend. Begins to send a body that is a stream. What a signal may abort is to stay on the
 * host until it is read.
 */
function start({ request, url }: FetchTarget, parts: FetchParts, hasSignal: boolean): Begun {
  const { requests, operations, outbox } = parts;
  const { redirect } = requests.settingsOf(request);
  const headers = fieldsFor(request, url!);
  const body = contentOf(request) === undefined ? undefined : bodyToSend(request, parts);
  const json = jsonStringify({
    url,
    method: request.method,
    headers,
    redirect,
    body,
    stays: hasSignal || undefined,
  });
  const operation = operations.next();
  outbox.fetchOrigin(operation, json);
  return { operation, body };
}

async function respond(
  { request, url }: FetchTarget,
  operation: number,
  { parts, abort, unread }: { parts: FetchParts; abort: FetchAbort | undefined; unread: UnreadBodies },
): Promise<Response> {
  const { requests, responses, operations } = parts;
  const head = await operations.wait<FetchedHead>(operation);
  const slot = url === undefined ? requests.slotOf(request) : 0;
  const held = head.hasBody ? new HeldBody(slot, operation) : undefined;
  if (held !== undefined && slot === 0) unread.add(held);
  abort?.brought(held);
  return responses.incoming({
    status: head.status,
    headers: headersFromText(head.fields),
    body: held ?? head.text,
    url: head.url === "" ? request.url : head.url,
    redirected: head.redirected,
  });
}

/** The fields of a request to another host. What says where it goes and how its body is framed is the host's. */
function fieldsFor({ headers }: Request, url: string): string {
  const isBackend = startsWith(url, "backend:");
  const hasHost = !isBackend && headers.has("host");
  if (!hasHost && !headers.has("content-length")) return headersToText(headers);
  const copy = new Headers(headers);
  if (hasHost) copy.delete("host");
  copy.delete("content-length");
  return headersToText(copy);
}
