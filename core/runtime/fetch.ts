import { HeldBody } from "./body.ts";
import { headersFromText } from "./headers.ts";
import type { Operations } from "./operations.ts";
import type { Outbox } from "./outbox.ts";
import type { RequestClass, RequestInit } from "./request.ts";
import type { Response, ResponseClass } from "./response.ts";
import type { FetchedHead } from "./settle_operation.ts";

export type Fetch = (input: unknown, init?: RequestInit) => Promise<Response>;

/**
 * `fetch(request)`: escalates now, brings back the head; the body stays on the host until it is read or sent on.
 * The request is the incoming one or one made from it.
 */
export function createFetch(parts: {
  operations: Operations;
  outbox: Outbox;
  requests: RequestClass;
  responses: ResponseClass;
}): Fetch {
  const { operations, outbox, requests, responses } = parts;
  return async (input, init) => {
    const request =
      input instanceof requests.Request && init === undefined ? input : new requests.Request(input, init);
    const slot = requests.slotOf(request);
    if (slot === 0) {
      throw new TypeError(
        `fetch("${request.url}"): pass the incoming request or one made from it, as in fetch(new Request("/path", request))`,
      );
    }
    // Before the number is taken: the script's own code may run here and fetch, and numbers ascend.
    const changes = JSON.stringify(requests.changesOf(request) ?? {});
    const operation = operations.next();
    outbox.fetch(slot, operation, changes);
    const head = await operations.wait<FetchedHead>(operation);
    return responses.incoming({
      status: head.status,
      headers: headersFromText(head.fields),
      body: head.hasBody ? new HeldBody(slot, operation) : undefined,
    });
  };
}
