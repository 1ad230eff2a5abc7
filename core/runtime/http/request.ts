import { inspectSymbol } from "../console/inspect_symbol.ts";
import { boundedText } from "../language/bounded_text.ts";
import { finishClass, toDictionary, toUSVString } from "../language/web_idl.ts";
import { Body, contentOf, setContent, shareBody } from "./body.ts";
import { type Content, HeldBody, UNRESOLVED } from "./content.ts";
import { defaultFile } from "./default_file.ts";
import { extractBody } from "./extract_body.ts";
import { changedFields, Headers, headersFromText, headersToText } from "./headers.ts";
import { bodyToSend, givenAway, NO_BODY, sharedBody } from "./request_body.ts";
import { type OtherChanges, type SendServices, stringRecord, toChanges } from "./request_changes.ts";
import { defineExtras, type ExtraProperties, makeExtras, type RequestExtras } from "./request_extras.ts";
import { toMethod } from "./request_method.ts";
import {
  DEFAULT_SETTINGS,
  INCOMING_SETTINGS,
  type RequestInit,
  type RequestSettings,
  settingsWith,
} from "./request_settings.ts";
import { toPath, toSearch } from "./request_target.ts";
import { type ClientInfo, ownRequestText, parseRequestText, type RequestText } from "./request_text.ts";
import { formatRequestUrl, type RequestUrl } from "./request_url.ts";
import { shadow } from "./router_properties.ts";

/** What the Request class needs of its isolate. */
export interface RequestServices extends SendServices {
  /** Takes an absolute or relative URL apart; throws TypeError. */
  parseUrl(url: string, base: string | undefined): RequestUrl;
  /** The site's root folder, "" when it has none. */
  readonly root: string;
}

/** Never reachable from scripts: marks a construction by the runtime itself. */
const INCOMING = Object.freeze({});

export function createRequestClass(services: RequestServices) {
  const { chunks, root, parseUrl } = services;
  const bodyServices = { ...services, resolve: (body: Body) => incomingBody(body as Request) };
  let incomingBody: (request: Request) => Content;
  let extrasOfRequest: (request: Request) => RequestExtras;

  // biome-ignore lint/correctness/noUnusedVariables: it tells of the properties that are defined below.
  interface Request extends ExtraProperties {}
  // biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above.
  class Request extends Body {
    #event: string | undefined;
    #text: RequestText | undefined;
    #slot = 0;
    #path: string | undefined;
    #search: string | undefined;
    #method: string | undefined;
    #headers: Headers | undefined;
    #file: string | undefined;
    #backend: string | undefined;
    #env: Record<string, string> | undefined;
    #extras: RequestExtras | undefined;
    #bodyChanged = false;
    /** Whether any setter or constructor has departed from the event: spares untouched requests the comparison. */
    #touched = false;

    constructor(input: unknown, init?: RequestInit) {
      super(bodyServices, UNRESOLVED);
      if (input === INCOMING) return;
      setContent(this, NO_BODY);
      const given = toDictionary<RequestInit>(init, "new Request");
      const from = input instanceof Request ? input : given instanceof Request ? given : undefined;
      if (from === undefined) this.#takeUrl(input, undefined);
      else {
        this.#takeOver(from);
        if (from !== input) this.#takeUrl(input, from);
      }
      if (given !== from) this.#takeInit(given);
      if (from !== undefined && (given === from || given.body === undefined)) {
        setContent(this, from === input ? givenAway(from) : sharedBody(from));
      }
      this.#checkBody(given !== from && given.method !== undefined);
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
      this.#touched = true;
      const parent = extrasOfRequest(from);
      this.#extras = makeExtras(parent.settings, parent);
    }

    #takeUrl(input: unknown, from: Request | undefined): void {
      const url = parseUrl(boundedText(toUSVString(input), "new Request"), from?.url);
      if (from === undefined) this.#extras = makeExtras(DEFAULT_SETTINGS);
      if (from === undefined || url.authority !== from.#parsed().authority) this.#leaveExchange(url, from);
      this.#path = url.path;
      this.#search = url.search;
      this.#file = undefined;
    }

    /** The request goes to another host than the one the site was chosen by: it is no part of the exchange. */
    #leaveExchange(url: RequestUrl, from: Request | undefined): void {
      if (from !== undefined) {
        this.#method = from.method;
        this.#headers = new Headers(from.headers);
        this.#headers.delete("host");
      }
      this.#event = undefined;
      this.#text = ownRequestText(url);
      this.#slot = 0;
      this.#backend = undefined;
      this.#env = undefined;
      this.#touched = true;
      this.#bodyChanged = true;
    }

    #takeInit(init: RequestInit): void {
      const extras = this.#extras!;
      extras.settings = settingsWith(init, extras.settings, chunks);
      if (init.method !== undefined) this.#method = toMethod(init.method);
      if (init.headers !== undefined)
        this.#headers = new Headers(init.headers as ConstructorParameters<typeof Headers>[0]);
      if (init.body === undefined) return;
      const extracted = extractBody(init.body, services, "new Request");
      setContent(this, extracted);
      this.#bodyChanged = true;
      if (extracted.type !== undefined && !this.headers.has("content-type"))
        this.headers.set("content-type", extracted.type);
    }

    /** A client may have sent a GET with a body; scripts make none. */
    #checkBody(isMethodGiven: boolean): void {
      if (!isMethodGiven && !this.#bodyChanged) return;
      const { method } = this;
      if ((method !== "GET" && method !== "HEAD") || contentOf(this) === undefined) return;
      throw new TypeError(
        `new Request: a ${method} request has no body; pass body: null to leave that of another request out`,
      );
    }

    #parsed(): RequestText {
      this.#text ??= parseRequestText(this.#event!);
      return this.#text;
    }

    get method(): string {
      return this.#method ?? this.#parsed().method;
    }

    get path(): string {
      return this.#ownPath();
    }

    /** Not what a router may call so. */
    #ownPath(): string {
      if (this.#path === undefined) {
        const event = this.#event!;
        const start = event.indexOf("\n") + 1;
        this.#path = event.slice(start, event.indexOf("\n", start));
      }
      return this.#path;
    }

    set path(value: string) {
      this.#path = toPath(value);
      this.#touched = true;
    }

    get query(): string {
      const search = this.#search ?? this.#parsed().search;
      return search === "" ? "" : search.slice(1);
    }

    /** An object is kept for the script alone: routers (itty-router) note the parsed query here. */
    set query(value: string) {
      if (typeof value === "object" && value !== null) {
        shadow(this, "query", value);
        return;
      }
      this.#search = toSearch(value);
      this.#touched = true;
    }

    get url(): string {
      const text = this.#parsed();
      return formatRequestUrl(text, this.#ownPath(), this.#search ?? text.search);
    }

    get originalUrl(): string {
      const text = this.#parsed();
      return formatRequestUrl(text, text.path, text.search);
    }

    get headers(): Headers {
      this.#headers ??= headersFromText(this.#parsed().fields);
      return this.#headers;
    }

    get file(): string {
      return this.#file ?? defaultFile(root, this.#ownPath());
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
      const { address, port, scheme, tls } = this.#parsed();
      return { address, port, tls: scheme === "https" ? JSON.parse(tls === "" ? "{}" : tls) : undefined };
    }

    [inspectSymbol](): object {
      return { method: this.method, url: this.url, headers: this.headers };
    }

    clone(): Request {
      const body = shareBody(this, "Request.clone()");
      const copy = new Request(INCOMING);
      copy.#takeOver(this);
      setContent(copy, body);
      return copy;
    }

    /** Everything below is for the runtime; taken off the class before scripts run. */
    static incoming(event: string, slot: number): Request {
      const request = new Request(INCOMING);
      request.#event = event;
      request.#slot = slot;
      return request;
    }

    /** The exchange it belongs to, 0 for none. */
    static slotOf(request: Request): number {
      return request.#slot;
    }

    static extrasOf(request: Request): RequestExtras {
      request.#extras ??= makeExtras(INCOMING_SETTINGS);
      return request.#extras;
    }

    static settingsOf(request: Request): RequestSettings {
      return request.#extras?.settings ?? INCOMING_SETTINGS;
    }

    static viewOf(request: Request) {
      const { fields, search } = request.#parsed();
      const [headers, file, backend] = [request.#headers, request.#file, request.#backend];
      const own = { file, backend, env: { ...request.#env }, search: request.#search ?? search };
      const body = request.#bodyChanged ? contentOf(request) : undefined;
      const { method, path } = request;
      return { ...own, method, path, body, fields: headers ? headersToText(headers) : fields };
    }

    static changesOf(request: Request) {
      if (!request.#touched && request.#headers === undefined && request.#env === undefined) return undefined;
      let path: string | undefined;
      const others: OtherChanges = {};
      if (request.#touched) {
        const text = request.#parsed();
        const own = request.#ownPath();
        if (own !== text.path || request.#event === undefined) path = own;
        const search = request.#search ?? text.search;
        if (search !== text.search) others.query = search.slice(1);
        if (request.#method !== undefined && request.#method !== text.method) others.method = request.#method;
      }
      if (request.#file !== undefined) others.file = request.#file;
      if (request.#backend !== undefined && request.#backend !== "") others.backend = request.#backend;
      if (request.#env !== undefined) others.env = stringRecord(request.#env);
      if (request.#bodyChanged) others.body = bodyToSend(request, services);
      return toChanges(path, request.#headers && changedFields(request.#headers), others);
    }

    static {
      extrasOfRequest = Request.extrasOf;
      incomingBody = (request) => (request.#parsed().hasBody ? new HeldBody(request.#slot, 0) : undefined);
    }
  }

  const { incoming, slotOf, settingsOf, extrasOf, viewOf, changesOf } = Request;
  const internal = { incoming, slotOf, settingsOf, extrasOf, viewOf, changesOf };
  defineExtras(Request.prototype, settingsOf, extrasOf, chunks);
  finishClass(Request, "Request", ["method", "url", "headers", "clone"]);
  for (const name in internal) Reflect.deleteProperty(Request, name);
  return { Request, ...internal };
}

export type RequestClass = ReturnType<typeof createRequestClass>;
export type Request = InstanceType<RequestClass["Request"]>;
