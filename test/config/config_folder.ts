import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ConfigError } from "../../core/config/config_error.ts";
import type { Environment } from "../../core/config/environment.ts";
import type { Fault } from "../../core/config/fault.ts";
import { loadConfig } from "../../core/config/load_config.ts";

/** A folder of its own with `site.ts`, `other.ts`, `www/` and `media/`, removed after the test. */
export function configFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "lodestone-config-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ["www", "media"]) mkdirSync(join(folder, name));
  for (const name of ["site.ts", "other.ts"])
    writeFileSync(join(folder, name), "export default () => 204;\n");
  return folder;
}

export function writeConfig(folder: string, text: string | Buffer): string {
  const file = join(folder, "lodestone.yaml");
  writeFileSync(file, text);
  return file;
}

/** What `load` complains about; fails when it doesn't. */
export function faultsOf(load: () => unknown): readonly Fault[] {
  try {
    load();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  throw new Error("loaded without a fault");
}

/**
 * Loads a text in which each `▶` marks a place where a fault is expected. Returns the places found and the
 * ones marked, both as `line:column`, and the messages, in the order of the file.
 */
export function loadMarked(t: TestContext, marked: string, environment: Environment = {}) {
  const expected: string[] = [];
  const lines = marked.split("\n").map((line, index) => {
    let rest = line;
    for (let at = rest.indexOf("▶"); at >= 0; at = rest.indexOf("▶")) {
      expected.push(`${index + 1}:${at + 1}`);
      rest = rest.slice(0, at) + rest.slice(at + 1);
    }
    return rest;
  });
  const file = writeConfig(configFolder(t), lines.join("\n"));
  const faults = faultsOf(() => loadConfig(file, environment));
  return {
    file,
    faults,
    expected,
    found: faults.map(({ line, column }) => `${line}:${column}`),
    messages: faults.map(({ message }) => message),
  };
}
