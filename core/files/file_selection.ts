import { HttpError } from "../http/http_error.ts";

/** Which file to send, and as what. */
export interface FileSelection {
  /** As the script or the request wrote it; names the download when that has no name of its own. */
  readonly path: string;
  /** First byte of the slice that is the representation; 0 unless given. */
  readonly offset?: number | undefined;
  /** Bytes of the slice, at most to the end of the file; all the rest unless given. */
  readonly length?: number | undefined;
  /** Instead of the type that the name's ending tells. */
  readonly contentType?: string | undefined;
  /** Name to save the file under; "" for its own. */
  readonly download?: string | undefined;
  /** Validators in the place of the file's own: an entity tag, and milliseconds since 1970. */
  readonly etag?: string | undefined;
  readonly lastModified?: number | undefined;
  /** Whether the bytes must be sent as they are, whatever the client would take. */
  readonly isFixed?: boolean | undefined;
}

export interface FileSlice {
  readonly offset: number;
  readonly length: number;
}

/**
 * The slice of a file with `size` bytes that a selection means. A length that reaches past the end is cut
 * there. Throws HttpError 500 for an offset past the end and for what is no number of bytes.
 */
export function selectSlice(selection: FileSelection, size: number): FileSlice {
  const offset = selection.offset ?? 0;
  const length = selection.length ?? size;
  if (!isCount(offset) || !isCount(length)) {
    throw invalid(selection, `offset ${offset} and length ${length} must be whole numbers of at least 0`);
  }
  if (offset > size)
    throw invalid(selection, `offset ${offset} lies past the end of a file with ${size} bytes`);
  return { offset, length: Math.min(length, size - offset) };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function invalid(selection: FileSelection, rule: string): HttpError {
  return new HttpError(500, "file_slice_invalid", `serve ${selection.path}: ${rule}`);
}
