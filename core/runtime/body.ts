import type { Operations } from "./operations.ts";
import type { Outbox } from "./outbox.ts";

/**
 * A body whose bytes stay on the host: a request's, or one that a fetch brought. Opaque to scripts: it can be
 * read through Body's methods or put into another Response or Request.
 */
export class HeldBody {
  /** Exchange it belongs to. */
  readonly slot: number;
  /** Operation that brought it, or 0 for the request's own. */
  readonly handle: number;
  used = false;

  constructor(slot: number, handle: number) {
    this.slot = slot;
    this.handle = handle;
  }
}

/** A piece of a file, by numbers of bytes. */
export interface FileSlice {
  readonly file: string;
  readonly offset: number | undefined;
  readonly length: number | undefined;
}

export type Part = string | Uint8Array<ArrayBuffer> | FileSlice;

/** Files and texts that the host puts together: command `d`. */
export class FileContent {
  readonly #answer: FileSlice | { readonly parts: readonly Part[] };

  constructor(answer: FileSlice | { readonly parts: readonly Part[] }) {
    this.#answer = answer;
  }

  /** The JSON of the command that is about to be written; its bytes go to the host first. */
  static jsonOf(content: FileContent, putBytes: (bytes: Uint8Array<ArrayBuffer>) => number): string {
    const answer = content.#answer;
    if (!("parts" in answer)) return JSON.stringify(answer);
    return JSON.stringify({
      parts: answer.parts.map((part) => (part instanceof Uint8Array ? { bytes: putBytes(part) } : part)),
    });
  }
}

export type Content = string | Uint8Array<ArrayBuffer> | HeldBody | FileContent | undefined;

/** What reading a body needs of its isolate. */
export interface BodyServices {
  readonly operations: Operations;
  readonly outbox: Outbox;
  readonly encode: (text: string) => Uint8Array<ArrayBuffer>;
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => string;
}

/** Takes what scripts may pass as a body; anything that is no known kind becomes its string, as the Fetch standard says. */
export function toContent(body: unknown): Content {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string") return body;
  if (body instanceof HeldBody || body instanceof FileContent) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body.slice(0));
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.byteLength).slice();
  }
  return String(body);
}

/** The reading methods that Request and Response share (Fetch standard, section 5.3). */
export abstract class Body {
  readonly #services: BodyServices;
  #content: Content;
  #used = false;

  constructor(services: BodyServices, content: Content) {
    this.#services = services;
    this.#content = content;
  }

  /** For the runtime; taken off the class below, because scripts reach it as the prototype of Request. */
  static contentOf(body: Body): Content {
    return body.#content;
  }

  static replaceContent(body: Body, content: Content): void {
    body.#content = content;
  }

  get body(): unknown {
    const content = this.#content;
    return content === undefined ? null : content;
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#content instanceof HeldBody && this.#content.used);
  }

  async text(): Promise<string> {
    const content = this.#take("text");
    if (typeof content === "string") return content;
    if (content instanceof HeldBody) return this.#read<string>(content, false);
    return content === undefined ? "" : this.#services.decode(content);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#take("bytes");
    if (typeof content === "string") return this.#services.encode(content);
    if (content instanceof HeldBody) return new Uint8Array(await this.#read<ArrayBuffer>(content, true));
    return content === undefined ? new Uint8Array(0) : content.slice();
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  #take(method: string): string | Uint8Array<ArrayBuffer> | HeldBody | undefined {
    if (this.bodyUsed) throw new TypeError(`${method}(): the body has been read already`);
    const content = this.#content;
    if (content instanceof FileContent) {
      throw new TypeError(`${method}(): the body of Response.file and Response.parts stays on the host`);
    }
    if (content === undefined) return undefined;
    this.#used = true;
    if (content instanceof HeldBody) content.used = true;
    return content;
  }

  #read<T>(held: HeldBody, asBytes: boolean): Promise<T> {
    const { operations, outbox } = this.#services;
    const operation = operations.next();
    outbox.readBody(operation, held.slot, held.handle, asBytes);
    return operations.wait<T>(operation);
  }
}

export const { contentOf, replaceContent } = Body;
export const { jsonOf } = FileContent;
for (const name of ["contentOf", "replaceContent"]) Reflect.deleteProperty(Body, name);
// Scripts hold instances of these; they shall not make their own.
for (const opaque of [HeldBody, FileContent]) Reflect.deleteProperty(opaque.prototype, "constructor");
