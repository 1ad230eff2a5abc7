import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Child } from "../support/child.ts";
import { request } from "../support/request.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";
import { installPackage } from "./install_package.ts";

test("npm pack makes a package that serves once it is installed", async () => {
  using site = new TemporaryFolder("installed");
  const { packed, folder } = installPackage(site.path);
  assert.match(packed, /core\/worker\.js/);
  assert.match(packed, /core\/bundle\/worker\.js/, "what starts is in few files");
  assert.match(packed, /core\/bundle\/runtime\.json/, "the guest runtime is compiled");
  assert.match(packed, /plugins\/hsts\/hsts\.ts/, "plugins, too");
  assert.doesNotMatch(packed, /core\/worker\.ts|core\/runtime\/main|core\/config\/generate|"test\//);

  site.write(
    "site.ts",
    `import { hsts } from "lodestone/hsts";
    export const onResponse = hsts();
    export default (request: Request) => new Response("installed " + new URLPattern({ pathname: "/:name" }).exec(request.url).pathname.groups.name);`,
  );
  const launcher = join(folder, "core/cli/lodestone.js");
  await using lodestone = new Child(
    process.execPath,
    [launcher, "serve", "site.ts", "--listen", "127.0.0.1:0", "--workers", "1"],
    // Tests have a place of their own for what V8 has compiled.
    { cwd: site.path, env: { NODE_COMPILE_CACHE: undefined } },
  );
  const address = await until("the package listens", () => {
    if (!lodestone.running) throw new Error(lodestone.stderr);
    return /listening on (http:\S+)/.exec(lodestone.stderr)?.[1];
  });
  assert.equal((await request(`${address}/here`)).text, "installed here");
  assert.ok(
    existsSync(join(site.path, "node_modules/.cache/lodestone")),
    "what V8 has compiled is kept beside the installed packages, for the next start",
  );
  lodestone.process.kill("SIGTERM");
  assert.equal((await lodestone.ended).code, 0);
});
