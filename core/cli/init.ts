import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT_FAULT, EXIT_FINE } from "./exit_code.ts";
import { type InitSettings, siteFiles } from "./init_files.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");
const IS_CHECKOUT = existsSync(join(PACKAGE, "core/cli/main.ts"));

/** `lodestone init`: resolves with the exit code. No file that exists is changed. */
export async function init(folder: string): Promise<number> {
  const path = resolve(folder);
  const files = siteFiles({ name: packageName(path), ...installation(path) });
  try {
    for (const [name, content] of Object.entries(files)) write(join(path, name), content, name);
  } catch (error) {
    const { code, path: file } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    process.stderr.write(`lodestone: cannot write ${file ?? path}: ${code}\n`);
    return EXIT_FAULT;
  }
  process.stdout.write(nextSteps(path));
  return EXIT_FINE;
}

function write(file: string, content: string, name: string): void {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, content, { flag: "wx" });
    process.stdout.write(`  made  ${name}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    process.stdout.write(`  kept  ${name}, which was there\n`);
  }
}

function nextSteps(folder: string): string {
  const there = relative(".", folder);
  const change = there === "" ? "" : `  cd ${/^[\w./-]+$/.test(there) ? there : JSON.stringify(there)}\n`;
  const command = IS_CHECKOUT
    ? `node ${join(PACKAGE, "core/cli/lodestone.js")}`
    : process.env.npm_command === "exec"
      ? "npx lodestone"
      : "lodestone";
  return `
Next:
${change}  ${command} serve     then open http://127.0.0.1:8080
  ${command} test      runs site.test.ts
  ${command} check     tells what is wrong without running anything
  ${command} run site.ts /old/page
`;
}

/**
 * Where the types are. A package installed in the folder or above it is called by its path there, which is the same
 * on other machines; any other one by where it is now, so that an editor knows the API before anything is installed.
 */
function installation(folder: string): Pick<InitSettings, "home" | "version"> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as { version: string };
  for (let above = folder; ; above = dirname(above)) {
    const installed = join(above, "node_modules/lodestone");
    if (existsSync(join(installed, "package.json"))) {
      const path = relative(folder, installed).split(sep).join("/");
      return { home: path.startsWith(".") ? path : `./${path}`, version: `^${version}` };
    }
    if (above === dirname(above)) break;
  }
  return { home: PACKAGE, version: IS_CHECKOUT ? `file:${PACKAGE}` : `^${version}` };
}

/** A folder's name as npm takes it. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name === "" || name === "lodestone" ? "my-site" : name;
}
