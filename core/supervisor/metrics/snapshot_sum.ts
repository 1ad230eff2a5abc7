import { FAMILIES, type FamilyName } from "../../observe/metrics/families.ts";
import { type Samples, type Snapshot, sampleWidth } from "../../observe/metrics/snapshot.ts";

/** One sample of a sum. */
export interface SummedSample {
  readonly labels: readonly string[];
  readonly values: Float64Array;
}

/** Adds up snapshots, sample by sample. */
export class SnapshotSum {
  /** By metric, then by the values of the labels, joined. */
  readonly #families = new Map<FamilyName, Map<string, SummedSample>>();

  /** `keeps` says which metrics count. */
  add(snapshot: Snapshot, keeps: (name: FamilyName) => boolean = () => true): void {
    for (const name of Object.keys(snapshot) as FamilyName[]) {
      const samples = snapshot[name];
      if (samples !== undefined && Object.hasOwn(FAMILIES, name) && keeps(name))
        this.#addSamples(name, samples);
    }
  }

  addSum(sum: SnapshotSum): void {
    for (const [name, samples] of sum.#families) {
      for (const { labels, values } of samples.values()) this.#addSample(name, labels, values);
    }
  }

  samples(name: FamilyName): Iterable<SummedSample> {
    return this.#families.get(name)?.values() ?? [];
  }

  /** The first number of a sample; 0 when there is none. */
  value(name: FamilyName, ...labels: readonly string[]): number {
    return this.#families.get(name)?.get(labels.join("\0"))?.values[0] ?? 0;
  }

  /** Drops the samples whose label of that name has a value that is not `wanted`. */
  retain(label: string, wanted: ReadonlySet<string>): void {
    for (const [name, samples] of this.#families) {
      const index = (FAMILIES[name].labels as readonly string[]).indexOf(label);
      if (index === -1) continue;
      for (const [key, { labels }] of samples) if (!wanted.has(labels[index]!)) samples.delete(key);
    }
  }

  #addSamples(name: FamilyName, { labels, values }: Samples): void {
    const width = sampleWidth(name);
    const { length } = FAMILIES[name].labels;
    for (let i = 0; i * width < values.length; i++) {
      const own = labels.slice(i * length, (i + 1) * length);
      this.#addSample(name, own, values.slice(i * width, (i + 1) * width));
    }
  }

  #addSample(name: FamilyName, labels: readonly string[], values: ArrayLike<number>): void {
    let samples = this.#families.get(name);
    if (samples === undefined) {
      samples = new Map();
      this.#families.set(name, samples);
    }
    const key = labels.join("\0");
    let sample = samples.get(key);
    if (sample === undefined) {
      sample = { labels, values: new Float64Array(values.length) };
      samples.set(key, sample);
    }
    for (let i = 0; i < values.length; i++) sample.values[i]! += values[i]!;
  }
}
