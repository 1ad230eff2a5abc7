/** The content codings that files are sent in (RFC 9110 section 8.4.1, RFC 7932, RFC 8878). */
export type Encoding = "br" | "zstd" | "gzip";

export const ENCODINGS: readonly Encoding[] = ["br", "zstd", "gzip"];

/** What the name of a file ends with that holds another one encoded. */
export const ENDINGS: Readonly<Record<Encoding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };
