import type { Backend, BackendCall, BackendReceiver, BackendResponse } from "../../backend/backend.ts";
import { bodySourceOf } from "../../http/bytes_body.ts";
import { HeaderList } from "../../http/header_list.ts";
import type { HttpError } from "../../http/http_error.ts";
import { asHttpError } from "../failure/error_reply.ts";
import { isRedirect, MOST_REDIRECTS, redirectedHop, refused } from "./origin_redirect.ts";
import type { OriginHop, RedirectMode } from "./origin_request.ts";

/** What a fetch brought. */
export interface OriginResponse extends BackendResponse {
  /** Where it came from in the end, without the fragment. */
  readonly url: string;
  readonly redirected: boolean;
}

/** Gets the outcome of one fetch: exactly one of the two, once, after `fetch` has returned. */
export interface OriginReceiver {
  response(response: OriginResponse): void;
  /** 500 or 502 by the rules of this site, 502 to 504 by the backend. */
  failed(error: HttpError): void;
}

/** What a call asks of the fetch it belongs to. */
export interface OriginCallOwner {
  /** Throws `HttpError` when the site may not go there. `from` is where a redirect came from. */
  backendOf(hop: OriginHop, from: OriginHop | undefined): Backend;
  /** A call has failed on its way. */
  failed(hop: OriginHop, error: HttpError): void;
}

/** One fetch on its way, from origin to origin. */
export class OriginCall implements BackendCall, BackendReceiver {
  readonly #owner: OriginCallOwner;
  readonly #mode: RedirectMode;
  readonly #receiver: OriginReceiver;
  #hop: OriginHop;
  #redirects = 0;
  #call: BackendCall | undefined;
  #cancelled = false;

  constructor(owner: OriginCallOwner, hop: OriginHop, mode: RedirectMode, receiver: OriginReceiver) {
    this.#owner = owner;
    this.#hop = hop;
    this.#mode = mode;
    this.#receiver = receiver;
  }

  /** Called once. Throws `HttpError` when the site may not go there. */
  begin(): void {
    this.#send(undefined);
  }

  response(response: BackendResponse): void {
    if (this.#cancelled) return response.body?.cancel();
    const next = this.#nextHop(response);
    if (next === undefined) return this.#deliver(response);
    response.body?.cancel();
    if (next instanceof Error) return this.failed(next);
    const from = this.#hop;
    this.#hop = next;
    this.#redirects++;
    try {
      this.#send(from);
    } catch (error) {
      this.failed(asHttpError(error));
    }
  }

  failed(error: HttpError): void {
    if (this.#cancelled) return;
    this.#owner.failed(this.#hop, error);
    this.#receiver.failed(error);
  }

  /** Ends the connection, too, also while the body of the response comes. */
  cancel(): void {
    this.#cancelled = true;
    this.#call?.cancel();
  }

  #send(from: OriginHop | undefined): void {
    const hop = this.#hop;
    const { url, method } = hop;
    const backend = this.#owner.backendOf(hop, from);
    const headers = HeaderList.fromText(`Host: ${url.host}\r\n${hop.headers.toText()}`);
    const target = url.pathname + url.search;
    this.#call = backend.send({ method, target, headers, body: bodySourceOf(hop.body) }, this);
  }

  /** Undefined when the response is the one to deliver. */
  #nextHop(response: BackendResponse): OriginHop | HttpError | undefined {
    if (this.#mode === "manual" || !isRedirect(response.status)) return undefined;
    if (this.#mode === "error") {
      return refused(
        this.#hop,
        "redirect_unwanted",
        `with ${response.status}, and asked for none (redirect: "error")`,
      );
    }
    if (this.#redirects === MOST_REDIRECTS && response.headers.has("location")) {
      return refused(this.#hop, "too_many_redirects", `after ${MOST_REDIRECTS} redirects`);
    }
    try {
      return redirectedHop(this.#hop, response);
    } catch (error) {
      return asHttpError(error);
    }
  }

  #deliver(response: BackendResponse): void {
    const { href } = this.#hop.url;
    const fragment = href.indexOf("#");
    const url = fragment < 0 ? href : href.slice(0, fragment);
    this.#receiver.response({ ...response, url, redirected: this.#redirects > 0 });
  }
}
