import type { ChunkContext, ChunkResult } from "../chunks.ts";
import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";
import { Blob, contentOfBlob, isBlob } from "./blob.ts";
import { normalizeType } from "./blob_arguments.ts";
import { BlobContent } from "./blob_content.ts";
import { defineBlobStreams, type ReadableStreamClass } from "./blob_stream.ts";
import { File, fileLastModified, fileName, isFile } from "./file.ts";
import { type EncodedForm, encodeFormData, parseFormData } from "./form_codec.ts";
import { FormData, isFormData } from "./form_data.ts";

/** What other parts of the runtime use of forms. Bytes are never copied here, so none may come near a script. */
export interface FormsChunk extends ChunkResult {
  /** True of a File too. */
  isBlob(value: unknown): value is Blob;
  isFormData(value: unknown): value is FormData;
  /** A view, often of a larger buffer. */
  blobBytes(blob: Blob): Uint8Array<ArrayBuffer>;
  /** "" when it has none. */
  blobType(blob: Blob): string;
  /** The bytes become the Blob's. */
  makeBlob(bytes: Uint8Array<ArrayBuffer>, type: string): Blob;
  /** For structuredClone; undefined for what is no Blob. */
  cloneBlob(value: unknown): Blob | File | undefined;
  /** As multipart/form-data. */
  encodeFormData(form: FormData): EncodedForm;
  /** Of both types of forms; the bytes become the form's. Throws a TypeError. */
  parseFormData(bytes: Uint8Array<ArrayBuffer>, contentType: string): FormData;
}

interface FormsContext {
  readonly host: Pick<CryptoHostCalls, "randomBytes">;
  readonly chunks: Pick<ChunkContext["chunks"], "get">;
}

/** Blob, File and FormData, and the bodies that forms have. */
export function create({ host, chunks }: FormsContext): FormsChunk {
  defineBlobStreams(Blob, () => chunks.get("streams").globals.ReadableStream as ReadableStreamClass);
  return {
    globals: { Blob, File, FormData },
    isBlob,
    isFormData,
    blobBytes: (blob) => contentOfBlob(blob).bytes,
    blobType: (blob) => contentOfBlob(blob).type,
    makeBlob: (bytes, type) => new Blob(new BlobContent(bytes, normalizeType(type))),
    cloneBlob,
    encodeFormData: (form) => encodeFormData(form, (count) => host.randomBytes(count)!),
    parseFormData,
  };
}

function cloneBlob(value: unknown): Blob | File | undefined {
  if (isFile(value)) {
    return new File(contentOfBlob(value), fileName(value), { lastModified: fileLastModified(value) });
  }
  return isBlob(value) ? new Blob(contentOfBlob(value)) : undefined;
}
