import assert from "node:assert/strict";

/** One line of Prometheus' text format. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: MetricSample[];
}

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const SAMPLE = /^([a-zA-Z_][a-zA-Z0-9_]*)(?:\{(.*)\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?|\+Inf|NaN)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;

/**
 * The metrics of a scrape, by name. Strict as `promtool check metrics`: HELP and TYPE before the samples of a family, once; no
 * sample twice; counters end in `_total`; buckets ascend and end in `+Inf`, which equals the count.
 */
export function parseMetrics(text: string): Map<string, MetricFamily> {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const families = new Map<string, MetricFamily>();
  let current: MetricFamily | undefined;
  let help: { name: string; text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      assert.match(name, NAME);
      if (kind === "HELP") {
        help = { name, text: rest };
        continue;
      }
      assert.equal(help?.name, name, `HELP and then TYPE of ${name}`);
      assert.ok(!families.has(name), `${name} is told once`);
      assert.match(rest, /^(counter|gauge|histogram)$/);
      assert.equal(rest === "counter", name.endsWith("_total"), `${name}: only counters end in _total`);
      current = { name, type: rest, help: help!.text, samples: [] };
      families.set(name, current);
      continue;
    }
    assert.ok(current !== undefined, `no sample before a TYPE: ${line}`);
    addSample(current, line);
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

function addSample(family: MetricFamily, line: string): void {
  const match = SAMPLE.exec(line);
  assert.ok(match !== null, `a sample: ${line}`);
  const [, name = "", labelText = "", value] = match;
  const suffixes = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  assert.ok(
    suffixes.some((suffix) => name === family.name + suffix),
    `${line} belongs to ${family.name}`,
  );
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < labelText.length) {
    const label = LABEL.exec(labelText);
    assert.ok(label !== null, `labels: ${line}`);
    assert.ok(!Object.hasOwn(labels, label[1]!), `a label once: ${line}`);
    labels[label[1]!] = label[2]!.replace(/\\([\\"n])/g, (_, char) => (char === "n" ? "\n" : char));
  }
  const key = JSON.stringify([name, Object.entries(labels).sort()]);
  const known = family.samples.some(
    (sample) => JSON.stringify([sample.name, Object.entries(sample.labels).sort()]) === key,
  );
  assert.ok(!known, `a sample once: ${line}`);
  const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
  if (family.type !== "gauge") assert.ok(number >= 0, `not negative: ${line}`);
  family.samples.push({ name, labels, value: number });
}

function checkHistogram({ name, samples }: MetricFamily): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  for (const own of series.values()) {
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) =>
      labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le),
    );
    assert.deepEqual(
      bounds,
      [...bounds].sort((a, b) => a - b),
      `${name}: bounds ascend`,
    );
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY);
    for (const [i, { value }] of buckets.entries()) assert.ok(i === 0 || value >= buckets[i - 1]!.value);
    const count = own.find((sample) => sample.name === `${name}_count`);
    assert.equal(count?.value, buckets.at(-1)!.value, `${name}: the last bucket is the count`);
    assert.ok(own.some((sample) => sample.name === `${name}_sum`));
  }
}

/** The sum of the samples that have these labels, whatever their others are; 0 when there is none. */
export function metric(
  families: Map<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ""));
  assert.ok(family !== undefined, `there is a metric ${name}`);
  return family.samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
