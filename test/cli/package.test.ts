import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Child } from "../support/child.ts";
import { request } from "../support/request.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** What the build needs besides the sources. */
const COPIED = ["core", "conf", "docs", "package.json", "tsconfig.json", "tsconfig.build.json", "README.md"];

test("npm pack makes a package that serves once it is installed", async () => {
  using checkout = new TemporaryFolder("checkout");
  for (const name of COPIED) cpSync(join(root, name), join(checkout.path, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(checkout.path, "node_modules"));
  // npm comes with the system's Node and not with the pinned one that runs the tests.
  const PATH = (process.env.PATH ?? "").split(":").filter((folder) => !folder.includes("node_modules"));
  const env = { ...process.env, PATH: [...PATH, dirname(process.execPath)].join(":") };
  const packed = execFileSync("npm", ["pack", "--json"], { cwd: checkout.path, env, encoding: "utf8" });
  assert.deepEqual(
    readdirSync(join(checkout.path, "core/cli")).filter((name) => name.endsWith(".js")),
    ["lodestone.js"],
    "packing leaves nothing behind",
  );
  assert.match(packed, /core\/worker\.js/);
  assert.doesNotMatch(packed, /core\/worker\.ts|core\/config\/generate|"test\//);

  using site = new TemporaryFolder("installed");
  const modules = join(site.path, "node_modules");
  mkdirSync(join(modules, "lodestone"), { recursive: true });
  const tarball = readdirSync(checkout.path).find((name) => name.endsWith(".tgz"))!;
  const installed = join(modules, "lodestone");
  execFileSync("tar", ["xzf", join(checkout.path, tarball), "-C", installed, "--strip-components=1"]);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  site.write("site.ts", `export default (request: Request) => new Response("installed " + request.path);`);
  const launcher = join(installed, "core/cli/lodestone.js");
  await using lodestone = new Child(
    process.execPath,
    [launcher, "serve", "site.ts", "--listen", "127.0.0.1:0", "--workers", "1"],
    { cwd: site.path },
  );
  const address = await until("the package listens", () => {
    if (!lodestone.running) throw new Error(lodestone.stderr);
    return /listening on (http:\S+)/.exec(lodestone.stderr)?.[1];
  });
  assert.equal((await request(`${address}/here`)).text, "installed /here");
  lodestone.process.kill("SIGTERM");
  assert.equal((await lodestone.ended).code, 0);
});
