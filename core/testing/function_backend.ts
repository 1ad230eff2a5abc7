import type { Backend, BackendReceiver, BackendRequest } from "../backend/backend.ts";
import { isBodiless } from "../http/body_framing.ts";
import { BytesBody } from "../http/bytes_body.ts";
import { HeaderList } from "../http/header_list.ts";
import { removeHopByHop } from "../http/hop_by_hop.ts";
import { HttpError } from "../http/http_error.ts";
import { readBody } from "../http/read_body.ts";

/** Answers what a backend would be asked. */
export type BackendFunction = (request: Request) => Response | Promise<Response>;

/** Bytes of a body, either way. */
const LONGEST_BODY = 1024 ** 3;

/** A function in the place of a backend's servers. What it throws becomes a 502, as a server's breakdown would. */
export class FunctionBackend implements Backend {
  readonly name: string;
  readonly #answer: BackendFunction;

  constructor(name: string, answer: BackendFunction) {
    this.name = name;
    this.#answer = answer;
  }

  send(request: BackendRequest, receiver: BackendReceiver): { cancel(): void } {
    const abort = new AbortController();
    this.#ask(request, abort.signal).then(
      (response) => {
        if (!abort.signal.aborted) receiver.response(response);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) receiver.failed(this.#failure(error));
      },
    );
    const cancel = (): void => {
      request.body?.cancel();
      abort.abort();
    };
    return { cancel };
  }

  close(): void {}

  async #ask({ method, target, headers, body }: BackendRequest, signal: AbortSignal) {
    const bytes = body && (await readBody(body, LONGEST_BODY));
    const request = new Request(`http://${headers.get("host") ?? "localhost"}${target}`, {
      method,
      headers: new Headers([...headers]),
      signal,
      redirect: "manual",
      ...(bytes === undefined ? {} : { body: new Uint8Array(bytes) }),
    });
    const response = await this.#answer(request);
    if (!(response instanceof Response)) {
      throw new TypeError(`it must return a Response, got ${response === null ? "null" : typeof response}`);
    }
    const list = HeaderList.from(response.headers);
    removeHopByHop(list);
    const isWithout = response.body === null || isBodiless(response.status, method);
    const answer = isWithout ? undefined : new BytesBody(Buffer.from(await response.arrayBuffer()));
    return { status: response.status, headers: list, body: answer };
  }

  #failure(error: unknown): HttpError {
    if (error instanceof HttpError) return error;
    const text = error instanceof Error ? error.message : String(error);
    const message = `asking the test's function for backend "${this.name}": ${text}`;
    return new HttpError(502, "backend_function_failed", message, error);
  }
}

/** A backend that nobody stands for: each call fails with 502 and tells the remedy. */
export class AbsentBackend implements Backend {
  readonly name: string;
  readonly #remedy: string;

  constructor(name: string, remedy: string) {
    this.name = name;
    this.#remedy = remedy;
  }

  send(request: BackendRequest, receiver: BackendReceiver): { cancel(): void } {
    request.body?.cancel();
    const message = `asking backend "${this.name}": ${this.#remedy}`;
    const timer = setImmediate(() => receiver.failed(new HttpError(502, "backend_absent", message)));
    return { cancel: () => clearImmediate(timer) };
  }

  close(): void {}
}
