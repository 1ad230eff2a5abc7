import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import type { RequestOptions } from "../support/request.ts";
import { request } from "../support/request.ts";
import { startExamples } from "./support/start_examples.ts";

const key = { "x-api-key": "example-key" };

test("sidecar: what an application need not do itself", async (t: TestContext) => {
  await using examples = await startExamples();
  const ask = (path: string, options: RequestOptions = {}) =>
    examples.request("sidecar", path, { headers: key, ...options });

  await t.test("a right key opens the way, without prefix and key, with the client's address", async () => {
    const answer = await ask("/v1/orders?open", { headers: { ...key, "x-client-address": "10.0.0.1" } });
    assert.equal(answer.status, 200);
    const seen = JSON.parse(answer.text);
    assert.equal(seen.url, "/orders?open");
    assert.equal(seen.headers["x-api-key"], undefined);
    assert.equal(seen.headers["x-client-address"], "127.0.0.1");
    assert.equal(seen.headers["x-forwarded-for"], "127.0.0.1");
  });

  await t.test("a wrong key does not", async () => {
    for (const wrong of [undefined, "", "example-kex", "example-key2", "x"]) {
      const headers: Record<string, string> = wrong === undefined ? {} : { "x-api-key": wrong };
      const answer = await ask("/v1/orders", { headers });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers["www-authenticate"], "ApiKey");
      assert.deepEqual(JSON.parse(answer.text), { error: "a valid X-Api-Key is needed" });
    }
  });

  await t.test("internal paths are not there", async () => {
    for (const path of ["/v1/internal", "/v1/internal/status", "/v1/metrics", "/internal/status", "/v1"]) {
      assert.equal((await ask(path)).status, 404, path);
    }
  });

  await t.test("paths that could be read in two ways are refused", async () => {
    for (const path of ["/v1/%2finternal/status", "/v1%2Forders", "/v1/orders/..%2Finternal"]) {
      assert.equal((await ask(path)).status, 400, path);
    }
    for (const path of ["/v1/x/../internal/status", "/v1//internal/status", "//v1/%69nternal/status"]) {
      assert.equal((await ask(path)).status, 404, path);
    }
  });

  await t.test("a body has at most 64 KiB, and says how long it is", async () => {
    const post = async (bytes: number, headers: Record<string, string> = {}) =>
      ask("/v1/orders", { method: "POST", headers: { ...key, ...headers }, body: Buffer.alloc(bytes) });
    const fits = await post(65_536);
    assert.equal(JSON.parse(fits.text).bytes, 65_536);
    assert.equal((await post(65_537)).status, 413);
    assert.equal((await post(10, { "transfer-encoding": "chunked" })).status, 411);
  });

  await t.test("it is healthy by itself", async () => {
    assert.equal((await ask("/healthz", { headers: {} })).text, "ok\n");
  });

  await t.test("every answer has the security headers, whoever made it", async () => {
    for (const path of ["/healthz", "/v1/orders", "/v1/nowhere", "/v1/metrics", "/"]) {
      const { headers } = await ask(path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.match(headers["content-security-policy"] as string, /default-src 'none'/, path);
      assert.equal(headers["x-powered-by"], undefined, path);
    }
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("sidecar");
  });
});

test("sidecar: without a key it serves nothing", async () => {
  const script = readFileSync(new URL("../../examples/sidecar/site.ts", import.meta.url), "utf8");
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: site.ts }]",
    scripts: { "site.ts": script },
  });
  assert.equal((await request(lodestone.url("/healthz"))).status, 503);
  const line = await lodestone.waitForLog((entry) => /API_KEY is not set/.test(String(entry.stack)));
  assert.match(String(line.at), /site\.ts:\d+:\d+/);
});
