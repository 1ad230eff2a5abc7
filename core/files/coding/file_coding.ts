import type { Encoding } from "./encoding.ts";

/** How a representation of a file is coded, and whether another client might get it otherwise. */
export interface FileCoding {
  /** Undefined when the bytes are the file's own. */
  readonly encoding: Encoding | undefined;
  /** The line of the Vary field, or nothing. */
  readonly vary: string;
}

/** There is no other form of it. */
export const AS_IT_IS: FileCoding = { encoding: undefined, vary: "" };

/** Goes with every answer that the client's Accept-Encoding decides about, so that caches ask anew (RFC 9110 section 12.5.5). */
export const VARY = "Vary: Accept-Encoding\r\n";

/** The file itself, to a client that takes none of its other forms. */
export const UNENCODED: FileCoding = { encoding: undefined, vary: VARY };
