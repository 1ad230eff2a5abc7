import { promisify } from "node:util";
import type { Encoding } from "./encoding.ts";

/** Good results at some tens of megabytes a second; higher levels are for those who compress beforehand. */
const BROTLI_QUALITY = 5;
const ZSTD_LEVEL = 6;
const GZIP_LEVEL = 6;
/** RFC 9659: clients need not take larger windows of zstd than 8 MB. */
const ZSTD_WINDOW = 23;

/** Compresses on one of libuv's threads. */
export function compressBytes(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  // Not loaded at the start.
  const { brotliCompress, constants, gzip, zstdCompress } = process.getBuiltinModule("node:zlib");
  switch (encoding) {
    case "br":
      return promisify(brotliCompress)(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
    case "zstd":
      return promisify(zstdCompress)(bytes, {
        params: {
          [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
          [constants.ZSTD_c_windowLog]: Math.min(ZSTD_WINDOW, windowFor(bytes.length)),
        },
        pledgedSrcSize: bytes.length,
      });
    case "gzip":
      return promisify(gzip)(bytes, { level: GZIP_LEVEL });
  }
}

/** The smallest window that holds everything; 10 is the least that zstd takes. */
function windowFor(length: number): number {
  return Math.max(10, Math.ceil(Math.log2(Math.max(1, length))));
}
