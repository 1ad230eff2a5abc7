/** The smallest of the values that so large a share of them does not exceed (nearest rank). They must be sorted. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError("A percentile of no values");
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}
