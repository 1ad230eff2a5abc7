import type { BodySink, BodySource } from "./body.ts";
import { HttpError } from "./http_error.ts";

/**
 * Reads a whole body into memory. Fails with `HttpError` 413 when it has more than `limit` bytes, or with the
 * error that ended the body early.
 */
export function readBody(source: BodySource, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (source.length !== undefined && source.length > limit) {
      source.cancel();
      reject(tooLargeToRead(limit, source.length));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const sink: BodySink = {
      data(chunk) {
        size += chunk.length;
        if (size > limit) {
          source.cancel();
          reject(tooLargeToRead(limit, size));
          return false;
        }
        chunks.push(chunk);
        return true;
      },
      end: () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)),
      fail: reject,
    };
    source.start(sink);
  });
}

/** What reading a body into memory fails with when there is too much of it. */
export function tooLargeToRead(limit: number, size: number): HttpError {
  return new HttpError(
    413,
    "body_too_large_to_read",
    `reading a body into memory: at most ${limit} bytes, got ${size}`,
  );
}
