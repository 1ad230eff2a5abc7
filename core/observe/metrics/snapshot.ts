import { FAMILIES, type Family, type FamilyName } from "./families.ts";

/**
 * The samples of one metric, flat, for thousands of them cross from process to process: the values of the labels of one
 * sample after the other, and one number for each; of a histogram, the counts between its bounds, the one above the
 * last, and the sum.
 */
export interface Samples {
  readonly labels: string[];
  readonly values: number[];
}

/** What a process has counted, as plain data. Counters are totals since its start. */
export type Snapshot = Partial<Record<FamilyName, Samples>>;

/** How many numbers a sample has. */
export function sampleWidth(name: FamilyName): number {
  const { bounds }: Family = FAMILIES[name];
  return bounds === undefined ? 1 : bounds.length + 2;
}

/** Writes down one sample. A metric's samples must differ in their labels. */
export function addSample(
  to: Snapshot,
  name: FamilyName,
  value: number | ArrayLike<number>,
  ...labels: readonly string[]
): void {
  to[name] ??= { labels: [], values: [] };
  const samples = to[name];
  for (const label of labels) samples.labels.push(label);
  if (typeof value === "number") samples.values.push(value);
  else for (let i = 0; i < value.length; i++) samples.values.push(value[i]!);
}

/** Writes it down unless it is 0: of a thousand sites most have nothing to tell of most metrics. */
export function addNonZero(
  to: Snapshot,
  name: FamilyName,
  value: number,
  ...labels: readonly string[]
): void {
  if (value !== 0) addSample(to, name, value, ...labels);
}
