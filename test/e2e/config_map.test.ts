import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { until } from "../support/until.ts";

test("a folder as Kubernetes mounts a ConfigMap is served, changed as a whole, and shows nothing of how it is made", async () => {
  await using lodestone = await startLodestone({
    config:
      "workers: 1\nsites: [{ scripts: site.ts, root: www, files: { listing: true } }]\nfiles: { statAge: 10 }\n",
    scripts: { "site.ts": "export default () => {};" },
    files: { "www/..first/page.html": "first", "www/..first/.env": "secret" },
    link: { "www/..data": "..first", "www/page.html": "..data/page.html", "www/.env": "..data/.env" },
  });
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(lodestone.url(path), { headers: { accept: "application/json" } });
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get("/page.html"), [200, "first"]);
  for (const path of ["/.env", "/..data/page.html", "/..first/page.html"]) {
    assert.equal((await get(path))[0], 404, path);
  }
  const [, listing] = await get("/");
  assert.deepEqual(
    JSON.parse(listing).entries.map(({ name }: { name: string }) => name),
    ["page.html"],
  );
  const root = join(lodestone.folder.path, "www");
  mkdirSync(join(root, "..second"));
  writeFileSync(join(root, "..second/page.html"), "second");
  symlinkSync("..second", join(root, "..data_tmp"));
  renameSync(join(root, "..data_tmp"), join(root, "..data"));
  await until("the new version is served", async () => (await get("/page.html"))[1] === "second");
});
