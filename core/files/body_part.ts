import { asBuffer } from "../http/body.ts";
import { HttpError } from "../http/http_error.ts";
import type { FileStat } from "./file_stat.ts";

/** Parts one body may have. */
export const MOST_PARTS = 1024;

/** Bytes of a file. The path is a real one that the site may read (`FileStat.realPath`). */
export interface FilePart {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** What was told of it when the answer was made; another file in its place is not sent then. */
  readonly seen?: FileStat | undefined;
}

/** Text goes out as UTF-8. Bytes belong to the body from then on. */
export type BodyPart = string | Uint8Array | FilePart;

/** A part ready to be sent: with at least one byte. */
export type Piece = Buffer | FilePart;

/** The pieces that the parts amount to. Throws HttpError 500: too many, or numbers that cannot be. */
export function toPieces(parts: readonly BodyPart[]): Piece[] {
  if (parts.length > MOST_PARTS) throw invalid(`${parts.length} parts are more than ${MOST_PARTS}`);
  const pieces: Piece[] = [];
  for (const part of parts) {
    const piece = toPiece(part);
    if (piece.length > 0) pieces.push(piece);
  }
  if (!Number.isSafeInteger(totalLength(pieces))) throw invalid("too many bytes to count");
  return pieces;
}

export function totalLength(pieces: readonly Piece[]): number {
  let total = 0;
  for (const piece of pieces) total += piece.length;
  return total;
}

/** The pieces that make up `length` bytes from `start` of the whole. */
export function slicePieces(pieces: readonly Piece[], start: number, length: number): Piece[] {
  const end = start + length;
  const chosen: Piece[] = [];
  let position = 0;
  for (const piece of pieces) {
    const from = Math.max(start, position) - position;
    const to = Math.min(end, position + piece.length) - position;
    if (from < to) chosen.push(slicePiece(piece, from, to));
    position += piece.length;
  }
  return chosen;
}

function slicePiece(piece: Piece, from: number, to: number): Piece {
  if (Buffer.isBuffer(piece)) return piece.subarray(from, to);
  return { file: piece.file, offset: piece.offset + from, length: to - from, seen: piece.seen };
}

function toPiece(part: BodyPart): Piece {
  if (typeof part === "string") return Buffer.from(part);
  if (part instanceof Uint8Array) return asBuffer(part);
  const { file, offset, length, seen } = part;
  if (!isCount(offset) || !isCount(length) || !isCount(offset + length)) {
    throw invalid(`offset ${offset} and length ${length} of ${file} must be whole numbers of at least 0`);
  }
  return { file, offset, length, seen };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function invalid(rule: string): HttpError {
  return new HttpError(500, "parts_invalid", `send parts: ${rule}`);
}
