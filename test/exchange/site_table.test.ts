import assert from "node:assert/strict";
import { test } from "node:test";
import type { SiteConfig } from "../../core/config/config.ts";
import { type Site, SiteTable } from "../../core/exchange/site_table.ts";
import type { SiteFiles } from "../../core/files/site_files.ts";
import { SiteMetrics } from "../../core/observe/metrics/site_metrics.ts";

function table(...sites: string[][]): SiteTable {
  const table = new SiteTable();
  for (const hosts of sites) {
    const site: Site = {
      config: { name: hosts[0], hosts } as unknown as SiteConfig,
      scripts: undefined,
      files: {} as SiteFiles,
      metrics: new SiteMetrics(),
      cache: undefined,
    };
    table.add(site);
  }
  return table;
}

const sites = table(
  ["www.example.org", "example.org"],
  ["*.example.org"],
  ["*.deep.example.org"],
  ["[::1]"],
  ["*"],
);
for (const [host, name] of [
  ["www.example.org", "www.example.org"],
  ["example.org", "www.example.org"],
  ["other.example.org", "*.example.org"],
  ["a.b.example.org", "*.example.org"],
  ["deep.example.org", "*.example.org"],
  ["a.deep.example.org", "*.deep.example.org"],
  ["notexample.org", "*"],
  ["example.org.evil.test", "*"],
  [".example.org", "*.example.org"],
  ["[::1]", "[::1]"],
  ["", "*"],
  ["*", "*"],
  ["constructor", "*"],
  ["__proto__", "*"],
] as const) {
  test(`host "${host}" is the site "${name}"`, () => {
    assert.equal(sites.find(host)?.config.name, name);
  });
}

test("without a default site a foreign host has none", () => {
  assert.equal(table(["example.org"]).find("elsewhere.test"), undefined);
  assert.equal(table(["*.example.org"]).find("example.org"), undefined);
});
