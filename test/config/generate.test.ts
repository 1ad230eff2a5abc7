// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how references to the environment look.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { configSection } from "../../core/config/fields.ts";
import { generatedFiles } from "../../core/config/generate.ts";
import { jsonSchema } from "../../core/config/json_schema.ts";
import { loadConfig } from "../../core/config/load_config.ts";
import { testListener } from "../support/test_config.ts";
import { configFolder, writeConfig } from "./config_folder.ts";
import { satisfies } from "./schema_check.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const schema = jsonSchema(configSection);

for (const [path, content] of generatedFiles()) {
  test(`${path.slice(ROOT.length)} is what the declared fields give (else: npm run generate)`, () => {
    assert.equal(readFileSync(path, "utf8"), content);
  });
}

const SITE = "sites: [{ scripts: site.ts }]";

/** Written by the loader's rules; each loads. */
const GOOD = [
  SITE,
  `${SITE}\nhttp:\nbackends:\nlog: { level: warn, access: false }`,
  `${SITE}\nworkers: auto\ndrainTimeout: 1.5s\nlisten: [':80', '*:81', '[::1]:82', unix:a]\nfiles: { statAge: 0 }`,
  `${SITE}\nworkers: '\${W:-2}'\nlisten: '\${L:-:1}'\nlog: { level: '\${V:-info}', access: '\${A:-true}' }`,
  `${SITE}\nhttp: { body: 1gb, head: 1024, headTimeout: 50000, requestsPerConnection: 0 }`,
  "sites: [{ hosts: [A.org, '*.b.org', '*', '[::1]'], scripts: [site.ts, './other.ts'], root: www }]",
  "sites: [{ scripts: site.ts, backend: 'http://a', env: { A: 1, B: x, C: true, D: '${X:-}' }, limits: { cpu: 1 } }]",
  "sites: [{ scripts: site.ts, allow: { files: media, origins: ['https://a.org/', 'http://b:1'] }, limits: }]",
  `${SITE}\norigins: { perSite: 5, responseTimeout: 2s }`,
  "sites: [{ scripts: site.ts, allow: { origins: ['*', 'https://*.a.org'], backends: [] } }]",
  `${SITE}\nbackends: { a: 'http://a', b: unix:b, c: { servers: 'https://c' }, d: { server: 'http://d', queue: 0 } }`,
];

test("the schema accepts what the loader accepts", (t) => {
  const folder = configFolder(t);
  for (const text of GOOD) {
    loadConfig(writeConfig(folder, text), {});
    assert.ok(satisfies(parse(text), schema), text);
  }
});

test("the schema refuses what an editor should underline", () => {
  const bad = [
    "{}",
    "sites: []",
    `${SITE}\nwrokers: 1`,
    `${SITE}\nworkers: 0`,
    `${SITE}\nworkers: many`,
    `${SITE}\nlisten: 8080`,
    `${SITE}\ndrainTimeout: soon`,
    `${SITE}\nlog: { level: loud }`,
    `${SITE}\nhttp: { heads: 1kb }`,
    `${SITE}\nbackends: { a: { protocol: fastcgi, server: unix:a } }`,
    `${SITE}\nbackends: { a: localhost }`,
    "sites: [{ scripts: site.lua }]",
    "sites: [{ scripts: site.ts, hosts: 'a:80' }]",
    "sites: [{ scripts: site.ts, env: { 'a-b': 1 } }]",
  ];
  for (const text of bad) assert.ok(!satisfies(parse(text), schema), text);
});

test("the schema describes every key", () => {
  const missing: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (path.endsWith("/properties") && !inner.description) missing.push(`${path}/${key}`);
      visit(inner, `${path}/${key}`);
    }
  };
  visit(schema, "");
  assert.deepEqual(missing, []);
});

/** Makes the scripts and folders a text names, so that it can be loaded somewhere else. */
function makeFiles(folder: string, text: string): void {
  for (const [, path] of text.matchAll(/root: (\S+)/g)) mkdirSync(join(folder, path!), { recursive: true });
  for (const [, path] of text.matchAll(/scripts: \[(\S+)\]/g)) {
    mkdirSync(dirname(join(folder, path!)), { recursive: true });
    writeFileSync(join(folder, path!), "export default () => 204;\n");
  }
}

test("the example of the manual loads", (t) => {
  const folder = configFolder(t);
  const text = /```yaml\n(.*?)```/s.exec(readFileSync(join(ROOT, "docs/configuration.md"), "utf8"))![1]!;
  makeFiles(folder, text);
  const config = loadConfig(writeConfig(folder, text), {});
  assert.equal(config.sites.length, 2);
  assert.ok(satisfies(parse(text), schema));
});

test("the default configuration loads and serves each example by its name", () => {
  const file = join(ROOT, "conf/lodestone.yaml");
  const text = readFileSync(file, "utf8");
  assert.ok(text.startsWith("# yaml-language-server: $schema=./lodestone.schema.json\n"));
  const config = loadConfig(file, {});
  assert.deepEqual(config.listen, [testListener({ kind: "tcp", host: "127.0.0.1", port: 8080 })]);
  assert.ok(config.sites.length >= 6);
  assert.ok(config.sites[0]!.hosts.includes("*"));
  assert.ok(satisfies(parse(text), schema));
});
