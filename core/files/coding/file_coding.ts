import type { Encoding } from "./encoding.ts";

/** How a representation of a file is coded, and whether another client might get it otherwise. */
export interface FileCoding {
  /** Undefined when the bytes are the file's own. */
  readonly encoding: Encoding | undefined;
  /** Whether the same bytes are sent each time, by every worker and every version of this program. */
  readonly isStable: boolean;
  /** The line of the Vary field, or nothing. */
  readonly vary: string;
}

/**
 * Goes with every answer that the client's Accept-Encoding decides about, so that caches ask anew (RFC 9110
 * section 12.5.5).
 */
export const VARY = "Vary: Accept-Encoding\r\n";

/** There is no other form of it. */
export const AS_IT_IS: FileCoding = { encoding: undefined, isStable: true, vary: "" };

/** The file itself, to a client that takes none of its other forms. */
export const UNENCODED: FileCoding = { encoding: undefined, isStable: true, vary: VARY };

/** The file's form beside it. */
export const PRECOMPRESSED: Readonly<Record<Encoding, FileCoding>> = {
  br: { encoding: "br", isStable: true, vary: VARY },
  zstd: { encoding: "zstd", isStable: true, vary: VARY },
  gzip: { encoding: "gzip", isStable: true, vary: VARY },
};

/** Compressed here. */
export const COMPRESSED: Readonly<Record<Encoding, FileCoding>> = {
  br: { encoding: "br", isStable: false, vary: VARY },
  zstd: { encoding: "zstd", isStable: false, vary: VARY },
  gzip: { encoding: "gzip", isStable: false, vary: VARY },
};

/**
 * The entity tag of a coded representation: each coding has its own (RFC 9110 section 8.8.3.3), and one whose bytes
 * may differ the next time is weak.
 */
export function tagOf(etag: string, { encoding, isStable }: FileCoding): string {
  if (encoding === undefined) return etag;
  const own = `${etag.slice(0, -1)}-${encoding}"`;
  return isStable || own.startsWith("W/") ? own : `W/${own}`;
}
