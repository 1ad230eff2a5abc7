import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What the build needs besides the sources. */
const COPIED = [
  "build",
  "core",
  "plugins",
  "conf",
  "docs",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "README.md",
  ".gitignore",
];

/** What `npm pack` said, and the folder of the package once it is installed. */
export interface InstalledPackage {
  readonly packed: string;
  readonly folder: string;
}

/** Packs the checkout and installs the package, with what it depends on, in a folder. */
export function installPackage(folder: string): InstalledPackage {
  using checkout = new TemporaryFolder("checkout");
  for (const name of COPIED) cpSync(join(root, name), join(checkout.path, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(checkout.path, "node_modules"));
  // npm comes with the system's Node and not with the pinned one that runs the tests.
  const PATH = (process.env.PATH ?? "").split(":").filter((path) => !path.includes("node_modules"));
  const env = { ...process.env, PATH: [...PATH, dirname(process.execPath)].join(":") };
  const packed = execFileSync("npm", ["pack", "--json"], { cwd: checkout.path, env, encoding: "utf8" });
  assert.deepEqual(
    readdirSync(join(checkout.path, "core/cli")).filter((name) => name.endsWith(".js")),
    ["lodestone.js"],
    "packing leaves nothing behind",
  );
  assert.ok(!existsSync(join(checkout.path, "core/bundle")), "nor what is bundled");
  const modules = join(folder, "node_modules");
  const installed = join(modules, "lodestone");
  mkdirSync(installed, { recursive: true });
  const tarball = readdirSync(checkout.path).find((name) => name.endsWith(".tgz"))!;
  execFileSync("tar", ["xzf", join(checkout.path, tarball), "-C", installed, "--strip-components=1"]);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  return { packed, folder: installed };
}
