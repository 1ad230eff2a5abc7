import {
  Body,
  type BodyServices,
  type Content,
  contentOf,
  HeldBody,
  replaceContent,
  toContent,
} from "./body.ts";
import { boundedText } from "./bounded_text.ts";
import { defaultFile } from "./default_file.ts";
import { Headers, headersChanged, headersFromText, headersToText } from "./headers.ts";
import { bodyChange, type RequestChanges, stringRecord } from "./request_changes.ts";
import { parseRequestText, type RequestText } from "./request_text.ts";

export interface RequestInit {
  method?: unknown;
  headers?: unknown;
  body?: unknown;
}

/** What the Request class needs of its isolate. */
export interface RequestServices extends BodyServices {
  /** Path, query without `?`, authority and scheme of an absolute or relative URL; throws TypeError. */
  parseUrl(
    url: string,
    base: string | undefined,
  ): { path: string; search: string; authority: string; scheme: string };
  /** The site's root folder, "" when it has none. */
  readonly root: string;
  putBytes(bytes: Uint8Array<ArrayBuffer>): number;
}

export interface ClientInfo {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
}

/** Never reachable from scripts: marks a construction by the runtime itself. */
const INCOMING = Object.freeze({});
const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const PATH = /^\/[\x21-\x22\x24-\x3e\x40-\x7e]*$/;
const QUERY = /^[\x21-\x22\x24-\x7e]*$/;

export function createRequestClass(services: RequestServices) {
  class Request extends Body {
    #event: string | undefined;
    #text: RequestText | undefined;
    #slot = 0;
    #path: string | undefined;
    #search: string | undefined;
    #queryValue: object | undefined;
    #method: string | undefined;
    #headers: Headers | undefined;
    #file: string | undefined;
    #backend: string | undefined;
    #env: Record<string, string> | undefined;
    #bodyChanged = false;
    /** Whether any setter or constructor has departed from the event: spares untouched requests the comparison. */
    #touched = false;

    constructor(input: unknown, init: RequestInit = {}) {
      if (input === INCOMING) {
        super(services, undefined);
        return;
      }
      super(services, undefined);
      this.#touched = true;
      const from = input instanceof Request ? input : init instanceof Request ? init : undefined;
      if (from !== undefined) this.#takeOver(from);
      if (!(input instanceof Request)) this.#takeUrl(String(input), from);
      if (init !== from) this.#takeInit(init);
    }

    #takeOver(from: Request): void {
      this.#event = from.#event;
      this.#text = from.#parsed();
      this.#slot = from.#slot;
      this.#path = from.#path;
      this.#search = from.#search;
      this.#method = from.#method;
      this.#headers = from.#headers === undefined ? undefined : new Headers(from.#headers);
      this.#file = from.#file;
      this.#backend = from.#backend;
      this.#env = from.#env === undefined ? undefined : { ...from.#env };
      this.#bodyChanged = from.#bodyChanged;
      replaceContent(this, Request.#ownContent(from));
    }

    #takeUrl(url: string, from: Request | undefined): void {
      const parsed = services.parseUrl(url, from?.url);
      if (from === undefined) {
        this.#text = {
          slot: 0,
          method: "GET",
          id: "",
          address: "",
          port: 0,
          hasBody: false,
          fields: "",
          ...parsed,
        };
      } else if (parsed.authority !== from.#parsed().authority) {
        throw new TypeError(
          `new Request("${url}", request): the host must stay "${from.#parsed().authority}", as the site was chosen by it`,
        );
      }
      this.#path = parsed.path;
      this.#search = parsed.search;
      this.#file = undefined;
    }

    #takeInit(init: RequestInit): void {
      if (init.method !== undefined) {
        const method = boundedText(String(init.method), "method");
        if (!METHOD.test(method)) throw new TypeError(`new Request: "${method}" is not a method`);
        this.#method = /^(?:get|head|post|put|delete|options)$/i.test(method) ? method.toUpperCase() : method;
      }
      if (init.headers !== undefined)
        this.#headers = new Headers(init.headers as ConstructorParameters<typeof Headers>[0]);
      if (init.body !== undefined) {
        replaceContent(this, toContent(init.body));
        this.#bodyChanged = true;
      }
    }

    static #ownContent(request: Request): Content {
      if (!request.#bodyChanged && contentOf(request) === undefined && request.#parsed().hasBody) {
        replaceContent(request, new HeldBody(request.#slot, 0));
      }
      return contentOf(request);
    }

    #parsed(): RequestText {
      this.#text ??= parseRequestText(this.#event!);
      return this.#text;
    }

    override get body(): unknown {
      return Request.#ownContent(this) ?? null;
    }

    override text(): Promise<string> {
      Request.#ownContent(this);
      return super.text();
    }

    override bytes(): Promise<Uint8Array<ArrayBuffer>> {
      Request.#ownContent(this);
      return super.bytes();
    }

    get method(): string {
      return this.#method ?? this.#parsed().method;
    }

    get path(): string {
      if (this.#path === undefined) {
        const event = this.#event!;
        const start = event.indexOf("\n") + 1;
        this.#path = event.slice(start, event.indexOf("\n", start));
      }
      return this.#path;
    }

    set path(value: string) {
      const path = boundedText(String(value), "request.path");
      if (!PATH.test(path)) {
        throw new TypeError(
          `request.path: must begin with "/" and hold no white space, "?" or "#"; got "${path}"`,
        );
      }
      this.#path = path;
      this.#touched = true;
    }

    get query(): string {
      if (this.#queryValue !== undefined) return this.#queryValue as never;
      const search = this.#search ?? this.#parsed().search;
      return search === "" ? "" : search.slice(1);
    }

    /** An object is kept for the script alone: routers (itty-router) note the parsed query here. */
    set query(value: string) {
      if (typeof value === "object" && value !== null) {
        this.#queryValue = value;
        return;
      }
      this.#queryValue = undefined;
      const query = boundedText(String(value), "request.query");
      if (!QUERY.test(query)) throw new TypeError(`request.query: must be percent-encoded; got "${query}"`);
      this.#search = query === "" ? "" : `?${query}`;
      this.#touched = true;
    }

    get url(): string {
      const { scheme, authority } = this.#parsed();
      return `${scheme}://${authority}${this.path}${this.#search ?? this.#parsed().search}`;
    }

    get originalUrl(): string {
      const { scheme, authority, path, search } = this.#parsed();
      return `${scheme}://${authority}${path}${search}`;
    }

    get headers(): Headers {
      this.#headers ??= headersFromText(this.#parsed().fields);
      return this.#headers;
    }

    get file(): string {
      return this.#file ?? defaultFile(services.root, this.path);
    }

    set file(value: string) {
      this.#file = boundedText(String(value), "request.file");
      this.#touched = true;
    }

    get backend(): string {
      return this.#backend ?? "";
    }

    set backend(value: string) {
      this.#backend = boundedText(String(value), "request.backend");
      this.#touched = true;
    }

    get env(): Record<string, string> {
      this.#env ??= {};
      return this.#env;
    }

    set env(value: Record<string, string>) {
      this.#env = { ...value };
    }

    get id(): string {
      return this.#parsed().id;
    }

    get client(): ClientInfo {
      const { address, port, scheme } = this.#parsed();
      return { address, port, tls: scheme === "https" };
    }

    clone(): Request {
      if (this.bodyUsed) throw new TypeError("clone(): the body has been read already");
      return new Request(this);
    }

    /** Everything below is for the runtime; taken off the class before scripts run. */
    static incoming(event: string, slot: number): Request {
      const request = new Request(INCOMING);
      request.#event = event;
      request.#slot = slot;
      return request;
    }

    static slotOf(request: Request): number {
      return request.#slot;
    }

    static changesOf(request: Request): RequestChanges | undefined {
      if (!request.#touched && request.#headers === undefined && request.#env === undefined) return undefined;
      const changes: RequestChanges = {};
      if (request.#touched) {
        const text = request.#parsed();
        if (request.path !== text.path || request.#event === undefined) changes.path = request.path;
        if (request.#search !== undefined && request.#search !== text.search)
          changes.query = request.#search.slice(1);
        if (request.#method !== undefined && request.#method !== text.method)
          changes.method = request.#method;
      }
      const headers = request.#headers;
      if (headers !== undefined && headersChanged(headers)) changes.headers = headersToText(headers);
      if (request.#file !== undefined) changes.file = request.#file;
      if (request.#backend !== undefined && request.#backend !== "") changes.backend = request.#backend;
      if (request.#env !== undefined) changes.env = stringRecord(request.#env);
      if (request.#bodyChanged) changes.body = bodyChange(contentOf(request), services.putBytes);
      for (const _ in changes) return changes;
      return undefined;
    }
  }

  const { incoming, slotOf, changesOf } = Request;
  for (const name of ["incoming", "slotOf", "changesOf"]) Reflect.deleteProperty(Request, name);
  return { Request, incoming, slotOf, changesOf };
}

export type RequestClass = ReturnType<typeof createRequestClass>;
export type Request = InstanceType<RequestClass["Request"]>;
