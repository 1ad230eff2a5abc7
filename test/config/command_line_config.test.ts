import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  type CommandLineOptions,
  configFromOptions,
  OptionError,
} from "../../core/config/command_line_config.ts";
import { loadConfig } from "../../core/config/load_config.ts";
import { testListener } from "../support/test_config.ts";
import { configFolder, writeConfig } from "./config_folder.ts";

function problemsOf(options: CommandLineOptions): [string, string][] {
  try {
    configFromOptions(options);
  } catch (error) {
    if (error instanceof OptionError) return error.problems.map(({ option, message }) => [option, message]);
    throw error;
  }
  return [];
}

test("options give the configuration that a file saying the same gives", (t) => {
  const folder = configFolder(t);
  const file = writeConfig(
    folder,
    "listen: [':8081', unix:/run/a.sock]\nworkers: 3\nlog: { level: error }\n" +
      "sites: [{ scripts: site.ts, root: www, backend: 'http://127.0.0.1:3000' }]",
  );
  const config = configFromOptions({
    script: join(folder, "site.ts"),
    listen: [":8081", "unix:/run/a.sock"],
    root: join(folder, "www"),
    backend: "http://127.0.0.1:3000",
    workers: "3",
    logLevel: "error",
  });
  assert.deepEqual(config, { ...loadConfig(file, {}), file: undefined });
});

test("a script alone is served for every host on 127.0.0.1:8080", (t) => {
  const config = configFromOptions({ script: join(configFolder(t), "site.ts") });
  assert.deepEqual(config.listen, [testListener({ kind: "tcp", host: "127.0.0.1", port: 8080 })]);
  const [site] = config.sites;
  assert.deepEqual(
    [site!.name, site!.hosts, site!.root, site!.backend],
    ["site", ["*"], undefined, undefined],
  );
});

test("workers may be auto", (t) => {
  assert.ok(configFromOptions({ script: join(configFolder(t), "site.ts"), workers: "auto" }).workers >= 1);
});

test("every option that cannot be used is told, by its name", () => {
  const problems = problemsOf({
    script: "/nope/site.ts",
    listen: ["8080", ":1", "*:1"],
    root: "/nope",
    backend: "app",
    workers: "many",
    logLevel: "loud",
  });
  assert.deepEqual(problems.map(([option]) => option).sort(), [
    "backend",
    "listen",
    "listen",
    "logLevel",
    "root",
    "script",
    "workers",
  ]);
});
