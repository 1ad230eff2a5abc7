import type { Backend, BackendCall } from "../../backend/backend.ts";
import type { OriginBackends } from "../../backend/origin_backends.ts";
import type { SiteConfig } from "../../config/config.ts";
import { type BodySource, isBodySource } from "../../http/body.ts";
import { BytesBody } from "../../http/bytes_body.ts";
import { removeHopByHop } from "../../http/hop_by_hop.ts";
import type { HttpError } from "../../http/http_error.ts";
import { RequestHead } from "../../http/request_head.ts";
import type { BackendFailures } from "../../observe/backend_failures.ts";
import type { OriginFetcher, OriginReceiver, OriginRequest } from "../../script/unbound_work.ts";
import { planEscalation } from "../escalation.ts";
import { namedBackend } from "../named_backend.ts";
import { OriginFetch } from "./origin_fetch.ts";
import type { RedirectMode } from "./origin_request.ts";

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

/** The requests that a site's scripts make by themselves: to allowed origins, and to backends by `backend:NAME`. */
export class SiteFetch {
  readonly #site: SiteConfig;
  readonly #backends: ReadonlyMap<string, Backend>;
  readonly #failures: BackendFailures;
  readonly #origins: OriginFetch;

  constructor(options: {
    readonly site: SiteConfig;
    readonly backends: ReadonlyMap<string, Backend>;
    readonly origins: OriginBackends;
    readonly failures: BackendFailures;
  }) {
    this.#site = options.site;
    this.#backends = options.backends;
    this.#failures = options.failures;
    this.#origins = new OriginFetch(options);
  }

  /** Throws `HttpError` when there is nothing to begin; the body is cancelled then. */
  readonly fetch: OriginFetcher = (request, receiver) => {
    const named = typeof request.url === "string" ? NAMED.exec(request.url) : null;
    if (named !== null) return this.#askBackend(named, request, receiver);
    const { url, method = "GET", headers = "", redirect = "follow" } = request;
    const body = bytesOf(request.body);
    // Checked over there: every value is a script's.
    const asked = { url, method, headers, redirect: redirect as RedirectMode, body };
    return this.#origins.fetch(asked as Parameters<OriginFetch["fetch"]>[0], NO_EXCHANGE, {
      failed: (error) => receiver.failed(error),
      response: ({ status, headers: fields, body: source, declaredLength, url: from, redirected }) => {
        const text = withLength(fields.toText(), source?.length ?? declaredLength);
        receiver.reply({ status, fields: text, body: source, url: from, redirected });
      },
    });
  };

  close(): void {
    this.#origins.close();
  }

  #askBackend(named: RegExpExecArray, request: OriginRequest, receiver: OriginReceiver): BackendCall {
    const [, name = "", path = "", query = ""] = named;
    const { method, headers } = request;
    try {
      const backend = namedBackend(this.#backends, this.#site, name, "fetch from backend");
      const changes = { method, headers: headers ?? "", path: path === "" ? "/" : path, query };
      const plan = planEscalation(EMPTY_HEAD, changes, undefined);
      const fields = plan.headers;
      removeHopByHop(fields);
      if (!fields.has("host")) fields.set("Host", "localhost");
      const target = plan.query === undefined ? plan.path : `${plan.path}?${plan.query}`;
      const body = request.body ?? undefined;
      return backend.send(
        { method: plan.method, target, headers: fields, body: sourceOf(body) },
        {
          response: ({ status, headers: answered, body: source, declaredLength }) => {
            const text = withLength(answered.toText(), source?.length ?? declaredLength);
            receiver.reply({
              status,
              fields: text,
              body: source,
              url: `backend:${name}${target}`,
              redirected: false,
            });
          },
          failed: (error) => {
            this.#report(name, error);
            receiver.failed(error);
          },
        },
      );
    } catch (error) {
      if (isBodySource(request.body ?? undefined)) (request.body as BodySource).cancel();
      throw error;
    }
  }

  /** Below 502 it was the request that failed: a script made it what cannot be sent. */
  #report(backend: string, { status, code, message }: HttpError): void {
    if (status < 502) return;
    this.#failures.report({ backend, site: this.#site.name, id: NO_EXCHANGE, code, error: message });
  }
}

/** Bytes can be sent again where a redirect leads to. */
function bytesOf(body: OriginRequest["body"]): Uint8Array | BodySource | undefined {
  if (body === undefined || body === null) return undefined;
  return typeof body === "string" ? Buffer.from(body) : body;
}

function sourceOf(body: OriginRequest["body"]): BodySource | undefined {
  const bytes = bytesOf(body);
  if (bytes === undefined || isBodySource(bytes)) return bytes as BodySource | undefined;
  return new BytesBody(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** Scripts see the length, although framing is the lanes' business. */
function withLength(fields: string, length: number | undefined): string {
  return length === undefined ? fields : `${fields}Content-Length: ${length}\r\n`;
}
