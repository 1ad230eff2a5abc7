/** Bytes of a representation: `length` of them from `start`. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** What a body is made of: bytes at hand, or a range of the representation. */
export type Run = Buffer | ByteRange;

export function runsLength(runs: readonly Run[]): number {
  let total = 0;
  for (let i = 0; i < runs.length; i++) total += runs[i]!.length;
  return total;
}

/** The runs of bytes at hand. One range of them is not copied. */
export function joinRuns(bytes: Uint8Array, runs: readonly Run[]): Uint8Array {
  const pieces = runs.map((run) =>
    Buffer.isBuffer(run) ? run : bytes.subarray(run.start, run.start + run.length),
  );
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
