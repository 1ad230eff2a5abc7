import type { HeaderList } from "../http/header_list.ts";
import type { BodyPart } from "./body_part.ts";
import { AcceptedEncodings } from "./coding/accepted_by.ts";
import type { CompressedFiles } from "./coding/compressed_files.ts";
import { isCompressible } from "./coding/compressible.ts";
import { ENCODINGS, type Encoding } from "./coding/encoding.ts";
import { COMPRESSED, PRECOMPRESSED, tagOf, UNENCODED } from "./coding/file_coding.ts";
import { type Siblings, siblingsOf } from "./coding/siblings.ts";
import { FileAnswer } from "./file_answer.ts";
import type { FileContents } from "./file_contents.ts";
import type { FileRequest, FileResponse } from "./file_response.ts";
import type { FileSelection } from "./file_selection.ts";
import type { FileStat } from "./file_stat.ts";
import { FolderListings } from "./listing/folder_listings.ts";
import { OpenedFile } from "./opened_file.ts";
import { hasConditions } from "./plan_response.ts";
import { resolveFile } from "./resolve_file.ts";
import { answerVersion, serveFile } from "./serve_file.ts";
import { serveParts } from "./serve_parts.ts";
import type { StatCache } from "./stat_cache.ts";
import type { SymlinkPolicy } from "./symlink_policy.ts";

/** What a site says about its files. */
export interface SiteFilesOptions {
  /** Absolute paths of the folders they may come from. */
  readonly folders: readonly string[];
  readonly symlinks: SymlinkPolicy;
  /** Whether encoded forms beside a file are sent. */
  readonly precompressed: boolean;
  /** Whether text is compressed, in which encodings, the preferred one first. */
  readonly compress: boolean;
  readonly encodings: readonly Encoding[];
}

/** What all sites of a worker share. */
export interface FileServices {
  readonly stat: StatCache;
  readonly contents: FileContents;
  readonly compressed: CompressedFiles;
}

/** The forms a file may be sent in, besides its own; worked out once for as long as its `stat` is believed. */
interface Forms {
  readonly siblings: Siblings | undefined;
  readonly isCompressible: boolean;
}

/** The files of one site: which there are, and the answers they become. */
export class SiteFiles {
  readonly #options: SiteFilesOptions;
  readonly #services: FileServices;
  readonly #accepted: AcceptedEncodings;
  readonly #followed = new WeakMap<FileStat, boolean>();
  readonly #forms = new WeakMap<FileStat, Forms>();
  #listings: FolderListings | undefined;

  constructor(options: SiteFilesOptions, services: FileServices) {
    this.#options = options;
    this.#services = services;
    const { encodings } = options;
    // Those that are not offered may still lie beside a file.
    this.#accepted = new AcceptedEncodings([
      ...encodings,
      ...ENCODINGS.filter((encoding) => !encodings.includes(encoding)),
    ]);
  }

  /** What a path names, if it is the site's to send. */
  readonly resolve = (path: string): FileStat | undefined =>
    resolveFile(this.#services.stat, this.#options.folders, path, this.#options.symlinks, this.#followed);

  /**
   * Answers a request with a file, in the form the client likes best: one that lies beside it, compressed, or as it
   * is. A promise only where something has to be compressed first. Throws, and rejects, as `serveFile`.
   *
   * Ranges are those of the file as it is, so that a client need not know how it was encoded the last time; unless
   * If-Range names another form.
   *
   * @param stat from `resolve`
   * @param now milliseconds since 1970
   */
  serve(
    request: FileRequest,
    selection: FileSelection,
    stat: FileStat,
    now: number = Date.now(),
  ): FileResponse | Promise<FileResponse> {
    const { contents } = this.#services;
    const forms = isWhole(selection) ? this.#formsOf(stat, selection.contentType) : undefined;
    if (forms === undefined) return serveFile(request, selection, stat, contents, now);
    const accepted = this.#accepted.of(request.headers);
    if (accepted.length > 0 && (request.method === "GET" || request.method === "HEAD")) {
      const sibling =
        forms.siblings && this.#serveSibling(request, selection, stat, forms.siblings, accepted, now);
      if (sibling !== undefined) return sibling;
      const encoding = accepted.find((name) => this.#options.encodings.includes(name));
      if (forms.isCompressible && encoding !== undefined && !asksForRange(request))
        return this.#serveCompressed(request, selection, stat, encoding, now);
    }
    return this.#serveUnencoded(request, selection, stat, now);
  }

  /** Answers a request with several parts as one body, as `serveParts`. */
  serveParts(request: FileRequest, headers: HeaderList, parts: readonly BodyPart[]): FileResponse {
    return serveParts(request, headers, parts, this.#services.contents.reads);
  }

  /**
   * Answers a GET or HEAD of a folder with a listing of it. Rejects with HttpError when it cannot be read.
   *
   * @param path of the request, in canonical form, with a slash at its end
   */
  list(request: FileRequest, path: string, folder: FileStat): Promise<FileResponse> {
    this.#listings ??= new FolderListings(this.resolve);
    return this.#listings.serve(request, path, folder);
  }

  /** Undefined when there are none. */
  #formsOf(stat: FileStat, contentType: string | undefined): Forms | undefined {
    let forms = this.#forms.get(stat);
    if (forms === undefined) {
      const { precompressed } = this.#options;
      const siblings = precompressed && stat.isFile ? siblingsOf(stat, this.resolve) : undefined;
      forms = { siblings, isCompressible: this.#compresses(stat, stat.contentType) };
      this.#forms.set(stat, forms);
    }
    if (contentType !== undefined && contentType !== stat.contentType)
      forms = { siblings: forms.siblings, isCompressible: this.#compresses(stat, contentType) };
    return forms.siblings === undefined && !forms.isCompressible ? undefined : forms;
  }

  #compresses(stat: FileStat, contentType: string): boolean {
    return (
      this.#options.compress && this.#services.compressed.takes(stat.size) && isCompressible(contentType)
    );
  }

  /** Undefined when none is wanted or can be sent. */
  #serveSibling(
    request: FileRequest,
    selection: FileSelection,
    { contentType }: FileStat,
    siblings: Siblings,
    accepted: readonly Encoding[],
    now: number,
  ): FileResponse | undefined {
    const encoding = accepted.find((name) => siblings[name] !== undefined);
    if (encoding === undefined) return undefined;
    const sibling = siblings[encoding]!;
    const coding = PRECOMPRESSED[encoding];
    const { etag, mtime, lastModified, size } = sibling;
    if (asksForRange(request) && request.headers.get("if-range") !== tagOf(selection.etag ?? etag, coding))
      return undefined;
    const version = { etag, mtime, lastModified, size, contentType };
    const answer = new FileAnswer(request, selection, version, now, coding);
    try {
      const response = answerVersion(answer, sibling, this.#services.contents);
      if (!(response instanceof OpenedFile)) return response;
      response.close();
    } catch {
      // It is gone or cannot be read: the file itself is there.
    }
    return undefined;
  }

  #serveCompressed(
    request: FileRequest,
    selection: FileSelection,
    stat: FileStat,
    encoding: Encoding,
    now: number,
  ): FileResponse | Promise<FileResponse> {
    const { compressed } = this.#services;
    const coding = COMPRESSED[encoding];
    const { etag, mtime, lastModified, contentType } = stat;
    const known = compressed.find(stat, encoding);
    if (known === undefined && hasConditions(request.headers)) {
      // What the client has need not be compressed again.
      const answer = new FileAnswer(request, selection, stat, now, coding);
      if (answer.needsNoFile) return answer.withoutFile();
    }
    const answerWith = (result: Buffer | undefined): FileResponse => {
      if (result === undefined) return this.#serveUnencoded(request, selection, stat, now);
      const version = { etag, mtime, lastModified, size: result.length, contentType };
      return new FileAnswer(request, selection, version, now, coding).fromContent(result);
    };
    if (known !== undefined) return answerWith(known === "no smaller" ? undefined : known);
    return compressed.make(stat, encoding).then(answerWith);
  }

  #serveUnencoded(request: FileRequest, selection: FileSelection, stat: FileStat, now: number): FileResponse {
    return serveFile(request, selection, stat, this.#services.contents, now, UNENCODED);
  }
}

/** Whether the selection is all of the file, in whatever form. */
function isWhole({ offset, length, isFixed }: FileSelection): boolean {
  return offset === undefined && length === undefined && isFixed !== true;
}

function asksForRange({ method, headers }: FileRequest): boolean {
  return method === "GET" && hasConditions(headers) && headers.has("range");
}
