import { posix } from "node:path";
import { isFieldValue } from "../http/head_grammar.ts";
import { HeaderList } from "../http/header_list.ts";
import { HttpError } from "../http/http_error.ts";
import type { Validators } from "./conditional.ts";
import { attachment } from "./content_disposition.ts";
import { FileBody } from "./file_body.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import { type FileSelection, selectSlice } from "./file_selection.ts";
import type { FileStat } from "./file_stat.ts";
import { type OpenedFile, READ_AT_ONCE } from "./opened_file.ts";
import { planResponse, type ResponsePlan } from "./plan_response.ts";
import { contentRange, unsatisfiedRange } from "./range.ts";

/** The answer to one GET or HEAD, worked out from one version of a file. */
export class FileAnswer implements Validators {
  readonly etag: string;
  readonly lastModified: number;
  readonly #selection: FileSelection;
  readonly #stat: FileStat;
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
  constructor(request: FileRequest, selection: FileSelection, stat: FileStat, now: number) {
    const { offset, length } = selectSlice(selection, stat.size);
    this.#selection = selection;
    this.#stat = stat;
    this.#isHead = request.method === "HEAD";
    this.#offset = offset;
    this.#size = length;
    // Another slice is another representation, perhaps at the same address, so it needs a tag of its own.
    this.etag = length === stat.size ? stat.etag : `${stat.etag.slice(0, -1)}-${offset}-${length}"`;
    // A time in the future is replaced by the present (RFC 9110 section 8.8.2.1).
    this.lastModified = Math.floor(Math.min(stat.mtime, now) / 1000) * 1000;
    this.#plan = planResponse(request, this, length, now);
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
    let fields = "";
    if (status === 304) fields = this.#validatorFields();
    else if (status === 416)
      fields = `Content-Range: ${unsatisfiedRange(this.#size)}\r\nAccept-Ranges: bytes\r\n`;
    return { status, headers: HeaderList.fromText(fields), body: undefined };
  }

  /** @param content the whole file */
  fromContent(content: Buffer): FileResponse {
    const { status, start, length } = this.#plan;
    if (status > 206) return this.withoutFile();
    if (this.#isHead) return this.#toHead();
    const from = this.#offset + start;
    const body = length === content.length ? content : content.subarray(from, from + length);
    return { status, headers: this.#headers(), body };
  }

  /** Takes the file over: it is closed, or the body in the answer closes it. */
  fromFile(file: OpenedFile): FileResponse {
    let body: Buffer | FileBody | undefined;
    try {
      if (this.#plan.status > 206) return this.withoutFile();
      if (this.#isHead) return this.#toHead();
      const headers = this.#headers();
      const { status, start, length } = this.#plan;
      const from = this.#offset + start;
      body = length > READ_AT_ONCE ? new FileBody(file, from, length) : file.readNow(from, length);
      return { status, headers, body };
    } finally {
      if (!(body instanceof FileBody)) file.close();
    }
  }

  #toHead(): FileResponse {
    return { status: 200, headers: this.#headers(), body: undefined, declaredLength: this.#size };
  }

  #headers(): HeaderList {
    const { contentType, download } = this.#selection;
    let fields = `Content-Type: ${this.#checkedType(contentType)}\r\n${this.#validatorFields()}Accept-Ranges: bytes\r\n`;
    if (download !== undefined) {
      const name = download === "" ? posix.basename(this.#selection.path) : download;
      fields += `Content-Disposition: ${attachment(name)}\r\n`;
    }
    if (this.#plan.status === 206) fields += `Content-Range: ${contentRange(this.#plan, this.#size)}\r\n`;
    return HeaderList.fromText(fields);
  }

  #checkedType(contentType: string | undefined): string {
    if (contentType === undefined) return this.#stat.contentType;
    if (contentType !== "" && isFieldValue(contentType)) return contentType;
    const shown = JSON.stringify(contentType.slice(0, 100));
    throw new HttpError(500, "content_type_invalid", `serve ${this.#selection.path}: content type ${shown}`);
  }

  #validatorFields(): string {
    return `ETag: ${this.etag}\r\nLast-Modified: ${new Date(this.lastModified).toUTCString()}\r\n`;
  }
}
