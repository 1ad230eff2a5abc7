import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { site } from "../../core/testing/site.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

test("a test's client is believed no more than a real one: what it tells of itself in a proxy's name is taken off", async (t) => {
  const folder = new TemporaryFolder("local-proxies");
  t.after(() => folder[Symbol.dispose]());
  const script = folder.write(
    "site.ts",
    `export default (r: Request) => Response.json([r.client.address, r.headers.get("x-forwarded-for"), r.headers.get("x-request-id"), r.id === "chosen"]);`,
  );
  const s = site(join(script));
  t.after(() => s.close());
  const response = await s.fetch("/", {
    headers: { "X-Forwarded-For": "6.6.6.6", "X-Request-Id": "chosen" },
    client: { address: "192.0.2.9", port: 7 },
  });
  assert.deepEqual(await response.json(), ["192.0.2.9", null, null, false]);
});
