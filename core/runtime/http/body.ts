import type { ReadableStream } from "web-streams-polyfill";
import type { Chunks } from "../chunks.ts";
import type { Blob } from "../forms/blob.ts";
import type { FormData } from "../forms/form_data.ts";
import { sliceBytes } from "../language/primordials.ts";
import { makeEnumerable } from "../language/web_idl.ts";
import type { Operations } from "../turn/operations.ts";
import type { Outbox } from "../turn/outbox.ts";
import { bytesOfContent, textOfContent } from "./body_reading.ts";
import { type Content, FileContent, HeldBody, StreamContent, UNRESOLVED } from "./content.ts";
import type { ExtractedBody } from "./extract_body.ts";
import type { Headers } from "./headers.ts";
import { heldDone } from "./held_reader.ts";

/** What reading a body needs of its isolate. */
export interface BodyServices {
  readonly operations: Operations;
  readonly outbox: Outbox;
  readonly chunks: Pick<Chunks, "get" | "loaded">;
}

/** What the two classes of bodies add to that. */
interface ClassServices extends BodyServices {
  /** The content of a body that was made `UNRESOLVED`. */
  resolve(body: Body): Content;
}

let settledContent: (body: Body) => Content;
let setBody: (body: Body, extracted: ExtractedBody) => void;
let hasUnusable: (body: Body) => boolean;
let takenContent: (body: Body, attempt: string) => Content;
let sentContent: (body: Body, attempt: string) => Content;
let sharedBody: (body: Body, attempt: string) => ExtractedBody;
let markUsed: (body: Body) => void;

/**
 * The mixin Body of the Fetch standard (section 5.3): what Request and Response share.
 *
 * A stream is made when a script asks for `body`, and as long as nobody has touched it the content behind it is
 * what counts: it is read, sent on or taken over without a look at the stream.
 */
export abstract class Body {
  readonly #services: ClassServices;
  #content: Content | typeof UNRESOLVED;
  #used = false;
  /** What `body` gives; tells then whether the body is used. */
  #stream: ReadableStream | undefined;

  constructor(services: ClassServices, content: Content | typeof UNRESOLVED) {
    this.#services = services;
    this.#content = content;
  }

  abstract get headers(): Headers;

  get body(): ReadableStream | null {
    const content = this.#settled();
    if (content === undefined) return null;
    if (this.#stream !== undefined) return this.#stream;
    const streams = this.#streams();
    const stream = streams.streamOf(content);
    if (this.bodyUsed) streams.seal(stream);
    this.#stream = stream;
    return stream;
  }

  get bodyUsed(): boolean {
    const stream = this.#stream;
    if (stream !== undefined && this.#streams().isDisturbed(stream)) return true;
    const content = this.#settled();
    return content !== undefined && (this.#used || (content instanceof HeldBody && content.used));
  }

  async text(): Promise<string> {
    return textOfContent(this.#take("text()"), this.#services);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await textOfContent(this.#take("json()"), this.#services));
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes("bytes()");
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.#bytes("arrayBuffer()")).buffer;
  }

  /** The text piece by piece. Throws a TypeError when the body cannot be read any more. */
  textStream(): ReadableStream<string> {
    const stream = this.body;
    if (stream !== null) this.#assertUsable("textStream()");
    return this.#streams().decode(stream);
  }

  async blob(): Promise<Blob> {
    const bytes = await this.#bytes("blob()");
    return this.#services.chunks.get("forms").makeBlob(bytes, this.headers.get("content-type") ?? "");
  }

  async formData(): Promise<FormData> {
    const bytes = await this.#bytes("formData()");
    return this.#services.chunks.get("forms").parseFormData(bytes, this.headers.get("content-type") ?? "");
  }

  /** A copy that the script may change. */
  async #bytes(attempt: string): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.#take(attempt);
    return content instanceof Uint8Array ? sliceBytes(content, 0) : bytesOfContent(content, this.#services);
  }

  #settled(): Content {
    if (this.#content === UNRESOLVED) this.#content = this.#services.resolve(this);
    return this.#content;
  }

  #streams() {
    return this.#services.chunks.get("streams");
  }

  #unusable(): boolean {
    const stream = this.#stream;
    return this.bodyUsed || (stream !== undefined && this.#streams().isLocked(stream));
  }

  /** The content for one use; throws a TypeError when there has been another. */
  #take(attempt: string): Content {
    const content = this.#settled();
    if (content === undefined) return undefined;
    this.#assertUsable(attempt);
    if (content instanceof FileContent) {
      throw new TypeError(`${attempt}: the body of Response.file and Response.parts stays on the host`);
    }
    this.#used = true;
    if (this.#stream !== undefined && !(content instanceof StreamContent)) this.#streams().seal(this.#stream);
    if (content instanceof HeldBody) content.used = true;
    return content;
  }

  #assertUsable(attempt: string): void {
    if (this.bodyUsed) throw new TypeError(`${attempt}: the body has been read already`);
    if (this.#unusable()) throw new TypeError(`${attempt}: the body is locked, a reader has its stream`);
  }

  /** "Clone a body": what a copy of this one gets. */
  #share(attempt: string): ExtractedBody {
    const content = this.#settled();
    if (content === undefined) return { content, type: undefined, stream: undefined };
    this.#assertUsable(attempt);
    if (content instanceof StreamContent || (content instanceof HeldBody && content.handle !== 0)) {
      const streams = this.#streams();
      const [own, copy] = streams.tee(this.#stream ?? streams.streamOf(content));
      this.#content = new StreamContent(own);
      this.#stream = own;
      return { content: new StreamContent(copy), type: undefined, stream: copy };
    }
    if (this.#stream !== undefined) this.#streams().seal(this.#stream);
    this.#stream = undefined;
    if (!(content instanceof HeldBody)) return { content, type: undefined, stream: undefined };
    this.#content = sharedOf(content);
    return { content: sharedOf(content), type: undefined, stream: undefined };
  }

  static {
    settledContent = (body) => body.#settled();
    setBody = (body, { content, stream }) => {
      body.#content = content;
      body.#stream = stream;
      body.#used = false;
    };
    hasUnusable = (body) => body.#unusable();
    takenContent = (body, attempt) => body.#take(attempt);
    sentContent = (body, attempt) => {
      const content = body.#settled();
      const isOnce = content instanceof HeldBody || body.#stream !== undefined;
      if (!isOnce) return content;
      body.#assertUsable(attempt);
      if (content instanceof HeldBody) {
        content.used = true;
        heldDone(content);
      }
      return content;
    };
    sharedBody = (body, attempt) => body.#share(attempt);
    markUsed = (body) => {
      body.#used = true;
    };
  }
}

makeEnumerable(
  Body.prototype,
  "body bodyUsed text textStream json bytes arrayBuffer blob formData".split(" "),
);

/** The request's own body again, for a clone. */
function sharedOf(held: HeldBody): HeldBody {
  const shared = new HeldBody(held.slot, held.handle);
  shared.isShared = true;
  return shared;
}

/** What the body is made of, used or not. */
export const contentOf = settledContent!;
/** Gives a body that is being made its content. */
export const setContent = setBody!;
/** Whether it has been read, or a reader holds its stream. */
export const isUnusable = hasUnusable!;
/** The content for one use, after which the body is used. Throws a TypeError when it is so already. */
export const takeContent = takenContent!;
/**
 * The content to be sent. Text, bytes and files may be sent as often as the script likes, even when it has read them;
 * throws a TypeError when a held body has been used or somebody has touched the stream.
 */
export const contentToSend = sentContent!;
/** What a clone gets. Throws a TypeError when the body cannot be used any more. */
export const shareBody = sharedBody!;
/** Somebody else has used the body. */
export const markBodyUsed = markUsed!;
