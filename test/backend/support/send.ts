import type { Backend, BackendRequest, BackendResponse } from "../../../core/backend/backend.ts";
import type { BodySource } from "../../../core/http/body.ts";
import { HeaderList } from "../../../core/http/header_list.ts";

/** What a test says of a request; the rest is a plain GET. */
export interface RequestInit {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: BodySource;
}

export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  /** Latin-1; undefined when the response had no body. */
  readonly body: string | undefined;
  readonly declaredLength: number | undefined;
  /** Of a body that broke off: why, with what had come in `body`. */
  readonly bodyError: Error | undefined;
}

export function backendRequest(init: RequestInit = {}): BackendRequest {
  return {
    method: init.method ?? "GET",
    target: init.target ?? "/",
    headers: HeaderList.from(init.headers ?? [["Host", "test"]]),
    body: init.body,
  };
}

/** Sends one request and reads the whole answer. Rejects with the `HttpError` when there is none. */
export async function send(backend: Backend, init: RequestInit = {}): Promise<Answer> {
  const response = await sendForHead(backend, init);
  const { status, headers, declaredLength } = response;
  if (response.body === undefined)
    return { status, headers, body: undefined, declaredLength, bodyError: undefined };
  return { status, headers, declaredLength, ...(await readBody(response.body)) };
}

/** Resolves with the response as soon as its head is there; the body is the caller's to start or cancel. */
export function sendForHead(backend: Backend, init: RequestInit = {}): Promise<BackendResponse> {
  return new Promise((resolve, reject) => {
    backend.send(backendRequest(init), { response: resolve, failed: reject });
  });
}

/** Reads a body to its end, or until it fails. */
export function readBody(source: BodySource): Promise<{ body: string; bodyError: Error | undefined }> {
  return new Promise((resolve) => {
    let body = "";
    source.start({
      data: (chunk) => {
        body += chunk.toString("latin1");
        return true;
      },
      end: () => resolve({ body, bodyError: undefined }),
      fail: (bodyError) => resolve({ body, bodyError }),
    });
  });
}
