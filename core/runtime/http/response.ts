import { inspectSymbol } from "../console/inspect_symbol.ts";
import type { ResponseCookies } from "../cookies/response_cookies.ts";
import { jsonStringify } from "../language/primordials.ts";
import { finishClass, makeEnumerable, toDictionary } from "../language/web_idl.ts";
import { Body, type BodyServices, contentOf, setContent, shareBody } from "./body.ts";
import { toCacheDirective } from "./cache_directive.ts";
import { type Content, isAtHand } from "./content.ts";
import { extractBody, TEXT_TYPE } from "./extract_body.ts";
import { Headers, headersToText, makeHeadersImmutable } from "./headers.ts";
import { type FileOptions, toFileContent, toPartsContent } from "./response_files.ts";
import {
  hasNoBody,
  type ResponseInit,
  toLocation,
  toRedirectStatus,
  toStatus,
  toStatusText,
} from "./response_init.ts";

const INCOMING = Object.freeze({});
const TEXT_FIELDS = `content-type: ${TEXT_TYPE}\r\n`;

type HeadersInit = ConstructorParameters<typeof Headers>[0];

/** The head of what escalation or a fetch brought. */
export interface IncomingHead {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Content;
  readonly url?: string;
  readonly redirected?: boolean;
}

export function createResponseClass(services: BodyServices) {
  const { chunks } = services;
  const bodyServices = { ...services, resolve: (): Content => undefined };

  class Response extends Body {
    #status = 200;
    #statusText = "";
    #headers: Headers | undefined;
    /** A text body without headers of its own: its content type is not made a Headers object until asked for. */
    #plainText = false;
    #url = "";
    #redirected = false;
    #type: "default" | "error" = "default";
    /** What the host is told of keeping it; undefined when it is not to be kept. */
    #cache: string | undefined;

    constructor(body?: unknown, init?: ResponseInit) {
      if (typeof body === "string") {
        super(bodyServices, body);
        if (init === undefined) this.#plainText = true;
        else this.#takeInit(init, TEXT_TYPE, true);
        return;
      }
      super(bodyServices, undefined);
      if (body === INCOMING) return;
      const extracted = extractBody(body, services, "new Response");
      if (extracted.content !== undefined) setContent(this, extracted);
      if (init !== undefined || extracted.type !== undefined) {
        this.#takeInit(init, extracted.type, extracted.content !== undefined);
      }
    }

    /** `type`: what the body brings along. */
    #takeInit(given: unknown, type: string | undefined, hasBody: boolean): void {
      const init = toDictionary<ResponseInit>(given, "new Response");
      const { headers, status, statusText, cache } = init;
      if (status !== undefined) this.#status = toStatus(status);
      if (statusText !== undefined) this.#statusText = toStatusText(statusText);
      if (headers !== undefined) this.#headers = new Headers(headers as HeadersInit);
      if (cache !== undefined) this.#cache = this.#cacheDirective(cache);
      if (hasBody && hasNoBody(this.#status)) {
        throw new TypeError(`new Response: status ${this.#status} has no body`);
      }
      if (type === undefined) return;
      if (this.#headers === undefined && type === TEXT_TYPE) this.#plainText = true;
      else if (!this.headers.has("content-type")) this.headers.set("content-type", type);
    }

    #cacheDirective(cache: unknown): string {
      const directive = toCacheDirective(cache);
      if (isAtHand(contentOf(this))) return directive;
      throw new TypeError("cache: only a body at hand can be kept, text or bytes; got a file or a stream");
    }

    get status(): number {
      return this.#status;
    }

    /** Beyond the standard: `onResponse` may change it. */
    set status(value: number) {
      this.#status = toStatus(value);
    }

    get statusText(): string {
      return this.#statusText;
    }

    get ok(): boolean {
      return this.#status >= 200 && this.#status < 300;
    }

    get redirected(): boolean {
      return this.#redirected;
    }

    get type(): string {
      return this.#type;
    }

    get url(): string {
      return this.#url;
    }

    get headers(): Headers {
      if (this.#headers === undefined) {
        this.#headers = new Headers();
        if (this.#plainText) this.#headers.set("content-type", TEXT_TYPE);
      }
      return this.#headers;
    }

    get cookies(): ResponseCookies {
      return new (chunks.get("cookies").ResponseCookies)(this.headers);
    }

    [inspectSymbol](): object {
      return { status: this.#status, headers: this.headers };
    }

    clone(): Response {
      const body = shareBody(this, "Response.clone()");
      const copy = new Response(INCOMING);
      if (body.content !== undefined) setContent(copy, body);
      copy.#status = this.#status;
      copy.#statusText = this.#statusText;
      copy.#headers = this.#headers === undefined ? undefined : new Headers(this.#headers);
      copy.#plainText = this.#plainText;
      copy.#url = this.#url;
      copy.#redirected = this.#redirected;
      copy.#type = this.#type;
      copy.#cache = this.#cache;
      return copy;
    }

    static redirect(url: unknown, status: unknown = 302): Response {
      const response = new Response();
      response.#status = toRedirectStatus(status);
      response.headers.set("location", toLocation(url));
      return response;
    }

    static json(data: unknown, init?: ResponseInit): Response {
      const text = jsonStringify(data) as string | undefined;
      if (text === undefined) {
        throw new TypeError(`Response.json: a value of type ${typeof data} has no JSON form`);
      }
      const response = new Response(INCOMING);
      setContent(response, { content: text, type: undefined, stream: undefined });
      response.#takeInit(init, "application/json", true);
      return response;
    }

    static error(): Response {
      const response = new Response(INCOMING);
      response.#status = 0;
      response.#type = "error";
      makeHeadersImmutable(response.headers);
      return response;
    }

    static file(path: unknown, options: FileOptions = {}): Response {
      return new Response(toFileContent(path, options), options);
    }

    static parts(parts: unknown, init: ResponseInit = {}): Response {
      return new Response(toPartsContent(parts), init);
    }

    /** Everything below is for the runtime; taken off the class before scripts run. */
    static incoming({ status, headers, body, url = "", redirected = false }: IncomingHead): Response {
      const response = new Response(INCOMING);
      response.#status = status;
      response.#headers = headers;
      response.#url = url;
      response.#redirected = redirected;
      setContent(response, { content: body, type: undefined, stream: undefined });
      return response;
    }

    /** Not the getter, which a subclass may have replaced. */
    static statusOf(response: Response): number {
      return response.#status;
    }

    static cacheOf(response: Response): string | undefined {
      return response.#cache;
    }

    static fieldsOf(response: Response): string {
      if (response.#headers === undefined) return response.#plainText ? TEXT_FIELDS : "";
      return headersToText(response.#headers);
    }
  }

  const { incoming, statusOf, fieldsOf, cacheOf } = Response;
  for (const name of ["incoming", "statusOf", "fieldsOf", "cacheOf"]) Reflect.deleteProperty(Response, name);
  const members = "type url redirected status ok statusText headers cookies clone";
  finishClass(Response, "Response", members.split(" "));
  makeEnumerable(Response, ["redirect", "json", "error", "file", "parts"]);
  return { Response, incoming, statusOf, fieldsOf, cacheOf };
}

export type ResponseClass = ReturnType<typeof createResponseClass>;
export type Response = InstanceType<ResponseClass["Response"]>;
