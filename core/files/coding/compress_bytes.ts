import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";
import type { Encoding } from "./encoding.ts";

const brotli = promisify(brotliCompress);
const zstd = promisify(zstdCompress);
const gzipped = promisify(gzip);

/** Good results at some tens of megabytes a second; higher levels are for those who compress beforehand. */
const BROTLI_QUALITY = 5;
const ZSTD_LEVEL = 6;
const GZIP_LEVEL = 6;
/** RFC 9659: clients need not take larger windows of zstd than 8 MB. */
const ZSTD_WINDOW = 23;

/** Compresses on one of libuv's threads. */
export function compressBytes(bytes: Buffer, encoding: Encoding): Promise<Buffer> {
  switch (encoding) {
    case "br":
      return brotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
    case "zstd":
      return zstd(bytes, {
        params: {
          [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
          [constants.ZSTD_c_windowLog]: Math.min(ZSTD_WINDOW, windowFor(bytes.length)),
        },
        pledgedSrcSize: bytes.length,
      });
    case "gzip":
      return gzipped(bytes, { level: GZIP_LEVEL });
  }
}

/** The smallest window that holds everything; 10 is the least that zstd takes. */
function windowFor(length: number): number {
  return Math.max(10, Math.ceil(Math.log2(Math.max(1, length))));
}
