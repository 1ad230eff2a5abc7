import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suggestion } from "../../config/suggestion.ts";
import { GUEST_MODULES } from "./guest_modules.ts";

/** Beside `core`, in a checkout as in a package: `NAME/NAME.ts` is the module `lodestone/NAME`. */
const FOLDER = fileURLToPath(new URL("../../../plugins/", import.meta.url));
const PLUGIN = /^lodestone\/([a-z][a-z0-9-]{0,63})$/;

/** The source of a plugin by the name that scripts import, undefined when there is none. */
export function pluginFile(module: string): string | undefined {
  const name = PLUGIN.exec(module)?.[1];
  if (name === undefined) return undefined;
  const file = join(FOLDER, name, `${name}.ts`);
  return existsSync(file) ? file : undefined;
}

/** Why `lodestone/...` cannot be imported, and what could be. */
export function unknownModuleMessage(module: string): string {
  const known = [...GUEST_MODULES, ...pluginModules()];
  const meant = suggestion(module, known);
  const remedy =
    meant === undefined
      ? `known are ${known.map((name) => `"${name}"`).join(", ")}`
      : `did you mean "${meant}"?`;
  return `there is no module "${module}"; ${remedy}`;
}

function pluginModules(): string[] {
  if (!existsSync(FOLDER)) return [];
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => `lodestone/${name}`).toSorted();
}
