import type { CompressionConfig } from "./config.ts";
import type { Section } from "./field.ts";

const MEGABYTE = 1024 ** 2;

/** As it is written; items of the list that had a fault are undefined. */
export interface WrittenCompression extends Omit<CompressionConfig, "encodings"> {
  readonly encodings: readonly (CompressionConfig["encodings"][number] | undefined)[];
}

export const compressionSection: Section<WrittenCompression> = {
  title: "compression",
  doc: "Compression of static text files for clients that take it. Sites turn it off by `files.compress`.",
  fields: {
    encodings: {
      doc: "The encodings offered; of those a client likes equally well the first one is taken.",
      type: { kind: "list", of: { kind: "choice", values: ["br", "zstd", "gzip"] }, minimum: 1 },
      default: ["br", "zstd", "gzip"],
    },
    minimum: {
      doc: "The smallest file that is compressed.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: MEGABYTE },
      default: "1kb",
    },
    maximum: {
      doc: "The largest file that is compressed; it is read as a whole.",
      type: { kind: "size", unit: "bytes", minimum: 1024, maximum: 1024 * MEGABYTE },
      default: "8mb",
    },
    cache: {
      doc: "Memory for compressed files, per worker; 0 keeps none.",
      type: { kind: "size", unit: "bytes", minimum: 0, maximum: 1024 ** 4 },
      default: "32mb",
    },
    concurrency: {
      doc: "Files compressed at once, per worker. Reading files and looking up names share their threads (four in all).",
      type: { kind: "integer", minimum: 1, maximum: 64 },
      default: 2,
    },
    queue: {
      doc: "Files that may wait for their turn, per worker; what comes on top is sent as it is.",
      type: { kind: "integer", minimum: 0, maximum: 100_000 },
      default: 64,
    },
    patience: {
      doc: "Time a request waits for its file to be compressed; then the file is sent as it is, and the result is there for the next one.",
      type: { kind: "duration", minimum: 1, maximum: 60_000 },
      default: "3s",
    },
  },
};
