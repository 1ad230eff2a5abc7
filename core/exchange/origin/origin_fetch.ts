import type { Backend, BackendCall } from "../../backend/backend.ts";
import type { OriginBackends } from "../../backend/origin_backends.ts";
import type { SiteConfig } from "../../config/config.ts";
import { cancelBody } from "../../http/body.ts";
import { HttpError } from "../../http/http_error.ts";
import type { BackendFailures } from "../../observe/backend_failures.ts";
import { asHttpError } from "../failure/error_reply.ts";
import { AllowedOrigins } from "./allowed_origins.ts";
import { OriginCall, type OriginCallOwner, type OriginReceiver } from "./origin_call.ts";
import { checkOriginRequest, nameOf, type OriginHop, type OriginRequest } from "./origin_request.ts";

export interface OriginFetchOptions {
  readonly site: SiteConfig;
  /** This site's own. */
  readonly origins: OriginBackends;
  readonly failures: BackendFailures;
}

/**
 * What `fetch(url)` of a site's scripts does: requests to the origins of `allow.origins`, redirects included. The
 * caller bounds how many are under way (`limits.operations`) and cancels those nobody waits for any more.
 */
export class OriginFetch {
  readonly #site: string;
  readonly #allowed: AllowedOrigins;
  readonly #origins: OriginBackends;
  readonly #failures: BackendFailures;

  constructor({ site, origins, failures }: OriginFetchOptions) {
    this.#site = site.name;
    this.#allowed = new AllowedOrigins(site.allow.origins);
    this.#origins = origins;
    this.#failures = failures;
  }

  /**
   * Begins a fetch for the exchange `id`. Throws `HttpError`, and the body is cancelled, when there is nothing to
   * begin: 500 `fetch_bad_request` or `origin_not_allowed`, 502 `origin_address_refused`, 503 `origins_busy`. The
   * body of the response must be used or cancelled.
   */
  fetch(request: OriginRequest, id: string, receiver: OriginReceiver): BackendCall {
    let hop: OriginHop | undefined;
    try {
      const checked = checkOriginRequest(request);
      hop = checked.hop;
      const call = new OriginCall(this.#ownerOf(id), hop, checked.redirect, receiver);
      call.begin();
      return call;
    } catch (caught) {
      cancelBody(request.body);
      const error = asHttpError(caught);
      if (hop !== undefined) this.#report(hop, id, error);
      throw error;
    }
  }

  /** Closes idle connections now and busy ones after their exchange. */
  close(): void {
    this.#origins.close();
  }

  #ownerOf(id: string): OriginCallOwner {
    return {
      backendOf: (hop, from) => this.#backendOf(hop, from),
      failed: (hop, error) => this.#report(hop, id, error),
    };
  }

  #backendOf({ url }: OriginHop, from: OriginHop | undefined): Backend {
    const admission = this.#allowed.admits(url);
    if (admission !== undefined) return this.#origins.backendOf(url.origin, admission === "named");
    const rule = `the origin "${url.origin}" is not in allow.origins of site "${this.#site}"`;
    if (from === undefined) throw new HttpError(500, "origin_not_allowed", `${nameOf(url)}: ${rule}`);
    throw new HttpError(
      502,
      "origin_not_allowed",
      `${nameOf(from.url)} was redirected to ${url.origin}: ${rule}`,
    );
  }

  /** Below 502 it was the request that failed: its body broke off, or a script made it what cannot be sent. */
  #report(hop: OriginHop, id: string, { status, code, message }: HttpError): void {
    if (status < 502) return;
    this.#failures.report({ backend: hop.url.origin, site: this.#site, id, code, error: message });
  }
}
