import type { Backend, BackendCall, BackendReceiver } from "../../backend/backend.ts";
import type { OriginBackends } from "../../backend/origin_backends.ts";
import type { SiteConfig } from "../../config/config.ts";
import { type BodySource, cancelBody } from "../../http/body.ts";
import { bodySourceOf } from "../../http/bytes_body.ts";
import { removeKnownHopByHop } from "../../http/hop_by_hop.ts";
import type { HttpError } from "../../http/http_error.ts";
import { RequestHead } from "../../http/request_head.ts";
import { isTelling } from "../../http/telling_fields.ts";
import type { BackendFailures } from "../../observe/backend_failures.ts";
import type { OriginFetcher, ScriptRequest, ScriptRequestReceiver } from "../../script/unbound_work.ts";
import { planEscalation } from "../escalation.ts";
import { namedBackend } from "../named_backend.ts";
import { fieldsWithLength } from "../reply.ts";
import { OriginFetch } from "./origin_fetch.ts";
import { LONGEST_URL } from "./origin_request.ts";

/** Identifies in the log what belongs to no exchange. */
const NO_EXCHANGE = "-";
const NAMED = /^backend:([^/?#]*)([^?#]*)(?:\?([^#]*))?/;
/** What a request to a backend is made from; everything that matters is a change. */
const EMPTY_HEAD = new RequestHead({
  method: "GET",
  path: "/",
  query: undefined,
  minorVersion: 1,
  host: "localhost",
  authority: "localhost",
  fields: "",
});

/** A request for a backend, as its URL says it. */
interface BackendTarget {
  readonly name: string;
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  /** The Host it is to have, undefined for the script's. */
  readonly host: string | undefined;
  /** What stands before the path in the URL of the response. */
  readonly base: string;
}

/**
 * The requests that a site's scripts make by themselves: to allowed origins, to backends by
 * `backend:NAME`, and to the site's own backend by its own host names.
 */
export class SiteFetch {
  readonly #site: SiteConfig;
  readonly #backends: ReadonlyMap<string, Backend>;
  readonly #failures: BackendFailures;
  readonly #origins: OriginFetch;
  readonly #isOwnHost: (host: string) => boolean;

  constructor(options: {
    readonly site: SiteConfig;
    readonly backends: ReadonlyMap<string, Backend>;
    readonly origins: OriginBackends;
    readonly failures: BackendFailures;
    /** Whether the site names this host, as itself or by its suffix. */
    readonly isOwnHost: (host: string) => boolean;
  }) {
    this.#site = options.site;
    this.#backends = options.backends;
    this.#failures = options.failures;
    this.#origins = new OriginFetch(options);
    this.#isOwnHost = options.isOwnHost;
  }

  /** Throws `HttpError` when there is nothing to begin; the body is cancelled then. */
  readonly fetch: OriginFetcher = (request, receiver) => {
    const target = this.#targetOf(request.url);
    if (target !== undefined) return this.#askBackend(target, request, receiver);
    const { url, method = "GET", headers = "", redirect = "follow" } = request;
    const body = bytesOf(request.body);
    return this.#origins.fetch({ url, method, headers, redirect, body }, NO_EXCHANGE, {
      failed: (error) => receiver.failed(error),
      response: ({ status, headers: fields, body: source, declaredLength, url: from, redirected }) => {
        const text = fieldsWithLength(fields, source?.length ?? declaredLength);
        receiver.reply({ status, fields: text, body: source, url: from, redirected });
      },
    });
  };

  close(): void {
    this.#origins.close();
  }

  /** The backend a URL means; undefined when it means an origin, or nothing. */
  #targetOf(url: unknown): BackendTarget | undefined {
    if (typeof url !== "string" || url.length > LONGEST_URL) return undefined;
    const named = NAMED.exec(url);
    if (named !== null) {
      const [, name = "", path = "", query = ""] = named;
      return { name, path: path === "" ? "/" : path, query, host: undefined, base: `backend:${name}` };
    }
    const { backend } = this.#site;
    const parsed = backend === undefined ? null : URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || !this.#isOwnHost(parsed.hostname))
      return undefined;
    const { pathname, search, host, origin } = parsed;
    return { name: backend!, path: pathname, query: search.slice(1), host, base: origin };
  }

  #askBackend(to: BackendTarget, request: ScriptRequest, receiver: ScriptRequestReceiver): BackendCall {
    const body = request.body ?? undefined;
    try {
      const backend = namedBackend(this.#backends, this.#site, to.name, "fetch from backend");
      const { method, headers = "" } = request;
      const plan = planEscalation(EMPTY_HEAD, { method, headers, path: to.path, query: to.query }, undefined);
      removeKnownHopByHop(plan.headers);
      // They tell of the client of a request, and this one has none.
      plan.headers.deleteWhere(isTelling);
      if (to.host !== undefined) plan.headers.set("Host", to.host);
      else if (!plan.headers.has("host")) plan.headers.set("Host", "localhost");
      const target = plan.query === undefined ? plan.path : `${plan.path}?${plan.query}`;
      return backend.send(
        { method: plan.method, target, headers: plan.headers, body: bodySourceOf(body) },
        this.#backendReceiver(backend, `${to.base}${target}`, receiver),
      );
    } catch (error) {
      cancelBody(body);
      throw error;
    }
  }

  #backendReceiver(backend: Backend, url: string, receiver: ScriptRequestReceiver): BackendReceiver {
    return {
      response: ({ status, headers, body, declaredLength }) => {
        backend.metrics?.responded(status);
        const fields = fieldsWithLength(headers, body?.length ?? declaredLength);
        receiver.reply({ status, fields, body, url, redirected: false });
      },
      failed: (error) => {
        this.#report(backend, error);
        receiver.failed(error);
      },
    };
  }

  /** Below 502 it was the request that failed: a script made it what cannot be sent. */
  #report({ name, metrics }: Backend, { status, code, message }: HttpError): void {
    if (status < 502) return;
    metrics?.failed(code);
    this.#failures.report({ backend: name, site: this.#site.name, id: NO_EXCHANGE, code, error: message });
  }
}

/** Bytes can be sent again where a redirect leads to. */
function bytesOf(body: ScriptRequest["body"]): Uint8Array | BodySource | undefined {
  if (body === undefined || body === null) return undefined;
  return typeof body === "string" ? Buffer.from(body) : body;
}
