import { AggregatorRegistry, Registry } from "prom-client";
import { FAMILIES, type Family, type FamilyName } from "../../observe/metrics/families.ts";
import type { SnapshotSum, SummedSample } from "./snapshot_sum.ts";

/** Media type of the text. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** Every metric in the text format of Prometheus; of one that nobody has counted yet, what it is. */
export function metricsText(sum: SnapshotSum): Promise<string> {
  const metrics = (Object.keys(FAMILIES) as FamilyName[]).map((name) => {
    const { type, help }: Family = FAMILIES[name];
    const values = [...sum.samples(name)].flatMap((sample) => valuesOf(name, sample));
    return { name, type, help, values, aggregator: "first" };
  });
  // A registry of its own for each text: what changes is all in the values.
  return AggregatorRegistry.aggregate([metrics]).metrics();
}

function valuesOf(name: FamilyName, { labels, values }: SummedSample): Value[] {
  const family: Family = FAMILIES[name];
  const named = Object.fromEntries(family.labels.map((label, i) => [label, labels[i]!]));
  const { bounds } = family;
  if (bounds === undefined) return [{ value: values[0]!, labels: named }];
  let count = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, i) => {
    count += values[i]!;
    const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : bound;
    return { value: count, labels: { ...named, le }, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { value: values[bounds.length + 1]!, labels: named, metricName: `${name}_sum` },
    { value: count, labels: named, metricName: `${name}_count` },
  ];
}
