import { posix } from "node:path";
import { isFieldValue } from "../http/head_grammar.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import { AS_IT_IS, type FileCoding, tagOf } from "./coding/file_coding.ts";
import type { Validators } from "./conditional.ts";
import { attachment } from "./content_disposition.ts";
import { FileBody } from "./file_body.ts";
import type { FileReads } from "./file_reads.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { type FileSelection, selectSlice } from "./file_selection.ts";
import type { FileStat } from "./file_stat.ts";
import { type OpenedFile, READ_AT_ONCE } from "./opened_file.ts";
import { planResponse, type ResponsePlan } from "./plan_response.ts";
import { joinRuns, type Run, runsLength } from "./ranges/byte_range.ts";
import { contentRange, unsatisfiedRange } from "./ranges/content_range.ts";
import { multipart } from "./ranges/multipart.ts";

/** The version of a representation that is sent; the tag is that of the file, whatever the coding. */
export type FileVersion = Pick<FileStat, "etag" | "mtime" | "lastModified" | "size" | "contentType">;

/** The answer to one GET or HEAD, worked out from one version of a file. */
export class FileAnswer implements Validators {
  readonly etag: string;
  readonly lastModified: number;
  readonly #selection: FileSelection;
  readonly #version: FileVersion;
  readonly #coding: FileCoding;
  readonly #isHead: boolean;
  /** Where the representation begins in the file, and its bytes. */
  readonly #offset: number;
  readonly #size: number;
  readonly #plan: ResponsePlan;

  /**
   * Throws HttpError 500 when the selection does not fit the file.
   *
   * @param now milliseconds since 1970
   */
  constructor(
    request: FileRequest,
    selection: FileSelection,
    version: FileVersion,
    now: number,
    coding: FileCoding = AS_IT_IS,
  ) {
    const { offset, length } = selectSlice(selection, version.size);
    this.#selection = selection;
    this.#version = version;
    this.#coding = coding;
    this.#isHead = request.method === "HEAD";
    this.#offset = offset;
    this.#size = length;
    this.etag = tagOf(selection.etag ?? sliceTag(version, offset, length), coding);
    // A time in the future is replaced by the present (RFC 9110 section 8.8.2.1).
    this.lastModified = Math.floor(Math.min(selection.lastModified ?? version.mtime, now) / 1000) * 1000;
    this.#plan = planResponse(
      request,
      this,
      length,
      now,
      coding.encoding === undefined ? "several" : "single",
    );
  }

  /**
   * Whether the validators alone decided: 304 or 412. A 416 tells the length, so it needs the file as it is now,
   * which may have grown.
   */
  get needsNoFile(): boolean {
    return this.#plan.status === 304 || this.#plan.status === 412;
  }

  /** For 304, 412 and 416. */
  withoutFile(): FileResponse {
    const status = this.#plan.status;
    let fields = this.#coding.vary;
    if (status === 304) fields = `${this.#validatorFields()}${fields}`;
    else if (status === 416)
      fields = `Content-Range: ${unsatisfiedRange(this.#size)}\r\nAccept-Ranges: bytes\r\n${fields}`;
    return { status, headers: HeaderList.fromText(fields), body: undefined };
  }

  /** @param content the whole file */
  fromContent(content: Buffer): FileResponse {
    const { status } = this.#plan;
    if (status > 206) return this.withoutFile();
    if (this.#isHead) return this.#toHead();
    if (status === 200 && this.#size === content.length) {
      const headers = HeaderList.fromText(this.#fields(this.#contentType(), ""));
      return { status, headers, body: content };
    }
    const { headers, runs } = this.#whatIsSent();
    return { status, headers, body: joinRuns(content, runs) };
  }

  /** Takes the file over: it is closed, or the body in the answer closes it. See `FileBody` for `reads`. */
  fromFile(file: OpenedFile, reads?: FileReads): FileResponse {
    let body: Buffer | FileBody | undefined;
    try {
      const { status } = this.#plan;
      if (status > 206) return this.withoutFile();
      if (this.#isHead) return this.#toHead();
      const { headers, runs } = this.#whatIsSent();
      body = runsLength(runs) > READ_AT_ONCE ? new FileBody(file, runs, reads) : file.readRunsNow(runs);
      return { status, headers, body };
    } finally {
      if (!(body instanceof FileBody)) file.close();
    }
  }

  #toHead(): FileResponse {
    const headers = HeaderList.fromText(this.#fields(this.#contentType(), ""));
    return { status: 200, headers, body: undefined, declaredLength: this.#size };
  }

  /** Of a 200 or 206 to GET; the runs count from the start of the file. */
  #whatIsSent(): { headers: HeaderList; runs: readonly Run[] } {
    const { status, ranges } = this.#plan;
    let type = this.#contentType();
    let runs: readonly Run[] = status === 200 ? [{ start: 0, length: this.#size }] : ranges;
    let range = "";
    if (ranges.length > 1) ({ contentType: type, runs } = multipart(ranges, type, this.#size));
    else if (status === 206) range = `Content-Range: ${contentRange(ranges[0]!, this.#size)}\r\n`;
    if (this.#offset > 0) runs = runs.map((run) => moved(run, this.#offset));
    return { headers: HeaderList.fromText(this.#fields(type, range)), runs };
  }

  #fields(type: string, range: string): string {
    const { download } = this.#selection;
    const { encoding, vary } = this.#coding;
    let fields = `Content-Type: ${type}\r\n${this.#validatorFields()}Accept-Ranges: bytes\r\n${vary}${range}`;
    if (encoding !== undefined) fields += `Content-Encoding: ${encoding}\r\n`;
    if (download === undefined) return fields;
    const name = download === "" ? posix.basename(this.#selection.path) : download;
    return `${fields}Content-Disposition: ${attachment(name)}\r\n`;
  }

  #contentType(): string {
    const { contentType } = this.#selection;
    if (contentType === undefined) return this.#version.contentType;
    if (contentType !== "" && isFieldValue(contentType)) return contentType;
    const shown = JSON.stringify(contentType.slice(0, 100));
    throw new HttpError(500, "content_type_invalid", `serve ${this.#selection.path}: content type ${shown}`);
  }

  #validatorFields(): string {
    const { mtime, lastModified } = this.#version;
    const isOwn = this.lastModified === Math.floor(mtime / 1000) * 1000;
    const date = isOwn ? lastModified : new Date(this.lastModified).toUTCString();
    return `ETag: ${this.etag}\r\nLast-Modified: ${date}\r\n`;
  }
}

/** Another slice is another representation, perhaps at the same address, so it needs a tag of its own. */
function sliceTag({ etag, size }: FileVersion, offset: number, length: number): string {
  return length === size ? etag : `${etag.slice(0, -1)}-${offset}-${length}"`;
}

function moved(run: Run, offset: number): Run {
  return Buffer.isBuffer(run) ? run : { start: run.start + offset, length: run.length };
}
