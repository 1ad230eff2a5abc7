/**
 * Writes what follows from the declaration of the fields: the JSON Schema and the manual. `npm run generate`;
 * a test says when it was forgotten.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configSection } from "./fields.ts";
import { jsonSchema } from "./json_schema.ts";
import { manualReference } from "./manual.ts";

/** The generated files: absolute path and content. */
export function generatedFiles(): Map<string, string> {
  const root = new URL("../../", import.meta.url);
  const introduction = readFileSync(new URL("manual_introduction.md", import.meta.url), "utf8");
  const note = "<!-- Generated from core/config by `npm run generate`. -->\n\n";
  return new Map([
    [
      fileURLToPath(new URL("conf/lodestone.schema.json", root)),
      `${JSON.stringify(jsonSchema(configSection), null, 2)}\n`,
    ],
    [
      fileURLToPath(new URL("docs/configuration.md", root)),
      `${note}${introduction}\n${manualReference(configSection)}`,
    ],
  ]);
}

if (import.meta.main) {
  for (const [path, content] of generatedFiles()) writeFileSync(path, content);
}
