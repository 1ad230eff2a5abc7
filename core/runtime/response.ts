import {
  Body,
  type BodyServices,
  type Content,
  contentOf,
  FileContent,
  HeldBody,
  type Part,
  replaceContent,
  toContent,
} from "./body.ts";
import { boundedText } from "./bounded_text.ts";
import { Headers, headersToText } from "./headers.ts";

export interface ResponseInit {
  status?: unknown;
  statusText?: unknown;
  headers?: unknown;
}

export interface FileOptions extends ResponseInit {
  offset?: unknown;
  length?: unknown;
  contentType?: unknown;
  download?: unknown;
}

const INCOMING = Object.freeze({});
const TEXT_FIELDS = "content-type: text/plain;charset=UTF-8\r\n";
const MOST_PARTS = 1024;

/** The head of what escalation or a fetch brought. */
export interface IncomingHead {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Content;
}

function checkedStatus(status: unknown, from: number): number {
  const number = Number(status);
  if (!Number.isInteger(number) || number < from || number > 599) {
    throw new RangeError(
      `Response: status must be a whole number from ${from} to 599; got ${String(status)}`,
    );
  }
  return number;
}

/** Percent-encodes what a Location may not hold; what is encoded already stays. */
function encodeLocation(url: string): string {
  return url.replace(/[^\x21-\x7e]+/g, (part) => encodeURIComponent(part.toWellFormed()));
}

function wholeNumber(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RangeError(`${name} must be a whole number of bytes; got ${String(value)}`);
  }
  return number;
}

export function createResponseClass(services: BodyServices) {
  class Response extends Body {
    #status = 200;
    #statusText = "";
    #headers: Headers | undefined;
    /** A text body without headers of its own: its content type is not made a Headers object until asked for. */
    #plainText = false;
    #url = "";
    #type: "default" | "error" = "default";

    constructor(body?: unknown, init?: ResponseInit) {
      if (body === INCOMING) {
        super(services, undefined);
        return;
      }
      const content = toContent(body);
      super(services, content);
      if (init !== undefined) this.#takeInit(init, content);
      if (typeof content === "string") {
        if (this.#headers === undefined) this.#plainText = true;
        else if (!this.#headers.has("content-type"))
          this.#headers.set("content-type", "text/plain;charset=UTF-8");
      }
    }

    #takeInit(init: ResponseInit, content: Content): void {
      if (init.status !== undefined) this.#status = checkedStatus(init.status, 200);
      if (content !== undefined && (this.#status === 204 || this.#status === 205 || this.#status === 304)) {
        throw new TypeError(`Response: status ${this.#status} has no body`);
      }
      if (init.statusText !== undefined)
        this.#statusText = boundedText(String(init.statusText), "statusText");
      if (init.headers !== undefined)
        this.#headers = new Headers(init.headers as ConstructorParameters<typeof Headers>[0]);
    }

    get status(): number {
      return this.#status;
    }

    /** Beyond the standard: `onResponse` may change it. */
    set status(value: number) {
      this.#status = checkedStatus(value, 200);
    }

    get statusText(): string {
      return this.#statusText;
    }

    get ok(): boolean {
      return this.#status >= 200 && this.#status < 300;
    }

    get redirected(): boolean {
      return false;
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
        if (this.#plainText) this.#headers.set("content-type", "text/plain;charset=UTF-8");
      }
      return this.#headers;
    }

    clone(): Response {
      if (this.bodyUsed) throw new TypeError("clone(): the body has been read already");
      const content = contentOf(this);
      if (content instanceof HeldBody) {
        throw new TypeError(
          "clone(): a body that stays on the host can be used once; read it with bytes() first",
        );
      }
      const copy = new Response(content, {
        status: this.#status,
        statusText: this.#statusText,
        headers: this.headers,
      });
      copy.#type = this.#type;
      return copy;
    }

    static redirect(url: unknown, status: unknown = 302): Response {
      const code = Number(status);
      if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) {
        throw new RangeError(
          `Response.redirect: status must be 301, 302, 303, 307 or 308; got ${String(status)}`,
        );
      }
      const response = new Response(undefined, { status: code });
      response.headers.set("location", encodeLocation(boundedText(String(url), "Response.redirect")));
      return response;
    }

    static json(data: unknown, init: ResponseInit = {}): Response {
      const text = JSON.stringify(data);
      if (text === undefined) throw new TypeError("Response.json: the value has no JSON form");
      const headers = new Headers(init.headers as ConstructorParameters<typeof Headers>[0]);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
      return new Response(text, { ...init, headers });
    }

    static error(): Response {
      const response = new Response(INCOMING);
      response.#status = 0;
      response.#type = "error";
      return response;
    }

    static file(path: unknown, options: FileOptions = {}): Response {
      const file = {
        file: boundedText(String(path), "Response.file"),
        offset: wholeNumber(options.offset, "Response.file: offset"),
        length: wholeNumber(options.length, "Response.file: length"),
        contentType: options.contentType === undefined ? undefined : String(options.contentType),
        download: options.download === undefined ? undefined : String(options.download),
      };
      return new Response(new FileContent(file), options);
    }

    static parts(parts: unknown, init: ResponseInit = {}): Response {
      return new Response(new FileContent({ parts: toParts(parts) }), init);
    }

    /** Everything below is for the runtime; taken off the class before scripts run. */
    static incoming(head: IncomingHead): Response {
      const response = new Response(INCOMING);
      response.#status = head.status;
      response.#headers = head.headers;
      replaceContent(response, head.body);
      return response;
    }

    /** Not the getter, which a subclass may have replaced. */
    static statusOf(response: Response): number {
      return response.#status;
    }

    static fieldsOf(response: Response): string {
      if (response.#headers === undefined) return response.#plainText ? TEXT_FIELDS : "";
      return headersToText(response.#headers);
    }
  }

  function toParts(parts: unknown): Part[] {
    if (!Array.isArray(parts) || parts.length > MOST_PARTS) {
      throw new TypeError(`Response.parts: wants an array of at most ${MOST_PARTS} parts`);
    }
    return parts.map((part: unknown) => {
      if (typeof part === "string") return part;
      if (part instanceof ArrayBuffer || ArrayBuffer.isView(part)) {
        return toContent(part) as Uint8Array<ArrayBuffer>;
      }
      const { file, offset, length } = part as { file?: unknown; offset?: unknown; length?: unknown };
      if (typeof file !== "string")
        throw new TypeError("Response.parts: a part is text, bytes or { file, offset, length }");
      return {
        file,
        offset: wholeNumber(offset, "Response.parts: offset"),
        length: wholeNumber(length, "Response.parts: length"),
      };
    });
  }

  const { incoming, statusOf, fieldsOf } = Response;
  for (const name of ["incoming", "statusOf", "fieldsOf"]) Reflect.deleteProperty(Response, name);
  return { Response, incoming, statusOf, fieldsOf };
}

export type ResponseClass = ReturnType<typeof createResponseClass>;
export type Response = InstanceType<ResponseClass["Response"]>;
