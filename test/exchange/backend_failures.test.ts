import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError } from "../../core/http/http_error.ts";
import { SiteHarness } from "../script/site_harness.ts";
import { startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";

const refused = new HttpError(502, "backend_refused", "connecting to http://127.0.0.1:1 failed");

test("a dead backend is seen in the log without an access log", async () => {
  await using lodestone = await startLodestone({
    config: `
workers: 1
log: { access: false }
sites:
  - hosts: [dead.test]
    backend: dead
backends:
  dead: http://127.0.0.1:1
`,
  });
  for (let i = 0; i < 3; i++) {
    assert.equal((await request(lodestone.url("/x"), { host: "dead.test" })).status, 502);
  }
  const line = await lodestone.waitForLog(({ msg }) => msg === "backend failed");
  assert.deepEqual(
    [line.level, line.backend, line.site, line.code],
    [40, "dead", "dead.test", "backend_refused"],
  );
  assert.match(String(line.error), /connecting to http:\/\/127\.0\.0\.1:1 failed: ECONNREFUSED/);
});

test("a backend that fails a fetch is warned of although the script copes with it", async (t) => {
  const script = `export default async (request) => {
    try { await fetch(request); } catch { return new Response("sorry"); }
  };`;
  const site = await SiteHarness.start(t, script);
  const { answer } = site.request("/");
  (await site.backend.call(0)).fail(refused);
  assert.equal((await answer).text, "sorry");
  assert.match(site.logText(40), /^backend failed *$/);
});

test("a request body that broke off is no failure of the backend", async (t) => {
  const site = await SiteHarness.start(t, "export default () => {};");
  const { answer } = site.request("/");
  (await site.backend.call(0)).fail(new HttpError(400, "body_incomplete", "reading a request body: ended"));
  assert.equal((await answer).status, 400);
  assert.equal(site.logText(40), "");
});
