import type { ReadableStream } from "web-streams-polyfill";
import { bytesOf, isView, reflectApply, sliceBytes } from "../language/primordials.ts";
import { toDOMString } from "../language/web_idl.ts";
import type { StreamsChunk } from "../streams/chunk.ts";
import { URLSearchParams } from "../url/url_search_params.ts";
import type { BodyServices } from "./body.ts";
import { type Content, FileContent, StreamContent } from "./content.ts";

/** Content-Type of text without one of its own. */
export const TEXT_TYPE = "text/plain;charset=UTF-8";
const FORM_TYPE = "application/x-www-form-urlencoded;charset=UTF-8";
const paramsToText = URLSearchParams.prototype.toString;

/** What a script gave as a body. */
export interface ExtractedBody {
  readonly content: Content;
  /** Content-Type it brings along. */
  readonly type: string | undefined;
  /** The stream it was, or its untouched content. */
  readonly stream: ReadableStream | undefined;
}

const NOTHING: ExtractedBody = Object.freeze({ content: undefined, type: undefined, stream: undefined });

/** "Extract a body" of the Fetch standard. Throws a TypeError for a stream that cannot be read any more. */
export function extractBody(body: unknown, { chunks }: BodyServices, attempt: string): ExtractedBody {
  if (body === undefined || body === null) return NOTHING;
  if (typeof body === "string") return made(body, TEXT_TYPE);
  if (typeof body === "object") {
    if (body instanceof FileContent) return made(body);
    if (isView(body) || body instanceof ArrayBuffer) return made(sliceBytes(bytesOf(body), 0));
    if (body instanceof URLSearchParams) {
      return made(reflectApply(paramsToText, body, []) as string, FORM_TYPE);
    }
    const forms = chunks.loaded("forms");
    if (forms?.isBlob(body)) return made(forms.blobBytes(body), forms.blobType(body) || undefined);
    if (forms?.isFormData(body)) {
      const { bytes, contentType } = forms.encodeFormData(body);
      return made(bytes, contentType);
    }
    const streams = chunks.loaded("streams");
    if (streams?.isReadableStream(body)) return fromStream(body, streams, attempt);
  }
  return made(toDOMString(body), TEXT_TYPE);
}

function fromStream(stream: ReadableStream, streams: StreamsChunk, attempt: string): ExtractedBody {
  if (streams.isDisturbed(stream)) throw new TypeError(`${attempt}: the stream has been read from already`);
  if (streams.isLocked(stream)) throw new TypeError(`${attempt}: the stream is locked, a reader has it`);
  const source = streams.sourceOf(stream);
  return { content: source ?? new StreamContent(stream), type: undefined, stream };
}

function made(content: Content, type?: string): ExtractedBody {
  return { content, type, stream: undefined };
}
