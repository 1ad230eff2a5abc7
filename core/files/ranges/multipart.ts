import { randomBytes } from "node:crypto";
import type { ByteRange, Run } from "./byte_range.ts";
import { contentRange } from "./content_range.ts";

/** Several ranges as one body (RFC 9110 section 14.6, RFC 2046 section 5.1). */
export interface Multipart {
  /** Value of Content-Type. */
  readonly contentType: string;
  readonly runs: readonly Run[];
}

/**
 * `multipart/byteranges` of a representation. The boundary is 128 random bits: nobody can make a file that has
 * it in its bytes.
 *
 * @param contentType of the representation; undefined when it has none
 * @param size bytes of the whole representation
 */
export function multipart(
  ranges: readonly ByteRange[],
  contentType: string | undefined,
  size: number,
  boundary: string = randomBytes(16).toString("hex"),
): Multipart {
  const type = contentType === undefined ? "" : `Content-Type: ${contentType}\r\n`;
  const runs: Run[] = [];
  let before = "";
  for (const range of ranges) {
    const head = `${before}--${boundary}\r\n${type}Content-Range: ${contentRange(range, size)}\r\n\r\n`;
    runs.push(Buffer.from(head, "latin1"), range);
    before = "\r\n";
  }
  runs.push(Buffer.from(`\r\n--${boundary}--\r\n`, "latin1"));
  return { contentType: `multipart/byteranges; boundary=${boundary}`, runs };
}
