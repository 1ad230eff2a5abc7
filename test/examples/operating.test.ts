import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { FAMILIES, type Family } from "../../core/observe/metrics/families.ts";
import { adminJson, scrape } from "../support/admin.ts";
import { startLodestone } from "../support/lodestone.ts";
import { inCode, ManualPage, tableRows } from "../support/manual_page.ts";
import { request } from "../support/request.ts";

const ROOT = join(import.meta.dirname, "../..");
const page = new ManualPage("operating.md");

const SERVER = {
  config: `admin: 127.0.0.1:0\nworkers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts] }]`,
  scripts: { "site.ts": `export default () => new Response("hello");` },
};

test("the page has every metric of a scrape with its type and labels, and no other", async () => {
  await using lodestone = await startLodestone(SERVER);
  await request(lodestone.url("/"));
  const told = [...(await scrape(lodestone)).values()];
  const described = tableRows(page.section("Metrics")).map(
    ([name = "", type = "", labels = "", meaning = ""]) => {
      assert.ok(meaning.length > 5, name);
      return { name: inCode(name)[0]!, type, labels: inCode(labels) };
    },
  );
  const known: Readonly<Record<string, Family>> = FAMILIES;
  const real = told.map(({ name, type }) => ({ name, type, labels: [...known[name]!.labels] }));
  const sorted = <T extends { name: string }>(all: T[]): T[] =>
    all.sort((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual(sorted(described), sorted(real));
  for (const { name, samples } of told) {
    for (const { labels } of samples) {
      const { le: _, ...own } = labels;
      assert.deepEqual(Object.keys(own), [...known[name]!.labels], name);
    }
  }
});

test("the page has every path of the admin listener", async () => {
  await using lodestone = await startLodestone(SERVER);
  const { lodestone: pages } = await adminJson<{ lodestone: { path: string; method: string }[] }>(
    lodestone,
    "/",
  );
  const described = tableRows(page.section("The admin listener")).map(([path = "", method]) => [
    inCode(path)[0],
    method,
  ]);
  assert.deepEqual(described.sort(), pages.map(({ path, method }) => [path, method]).sort());
});

test("the page has every field of the access log", async () => {
  await using lodestone = await startLodestone({
    ...SERVER,
    scripts: { "site.ts": "export default () => { throw 1; };" },
  });
  await request(lodestone.url("/"));
  const line = await lodestone.waitForLog(({ msg }) => msg === "request");
  const [every, access] = page.section("Logs").split("The access log");
  const described = [...tableRows(every!), ...tableRows(access!.split("Lines of the supervisor")[0]!)];
  assert.deepEqual(described.flatMap(([names = ""]) => inCode(names)).sort(), Object.keys(line).sort());
});

test("the messages that the page names are in the source", () => {
  const files = readdirSync(join(ROOT, "core"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const source = files.map((name) => readFileSync(join(ROOT, "core", name), "utf8")).join("\n");
  const described = tableRows(page.section("Logs").split("Lines of the supervisor")[1]!).flatMap(
    ([names = ""]) => inCode(names),
  );
  assert.ok(described.length > 10);
  for (const message of described) assert.ok(source.includes(message), message);
});

test("the alerts ask for metrics and labels that there are", () => {
  const text = /```yaml\n(groups:[\s\S]*?)```/.exec(page.section("Alerts worth having"))![1]!;
  const { groups } = parse(text) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const known: Readonly<Record<string, Family>> = FAMILIES;
  const { rules } = groups[0]!;
  assert.ok(rules.length >= 10);
  for (const { expr } of rules) {
    for (const [, name = "", labels = ""] of expr.matchAll(/(lodestone_\w+)(?:\{([^}]*)\})?/g)) {
      const family = known[name] ?? known[name.replace(/_bucket$/, "")];
      assert.ok(family !== undefined, name);
      for (const [, label] of labels.matchAll(/(\w+)[=!]/g))
        assert.ok(family.labels.includes(label ?? ""), expr);
    }
  }
});
