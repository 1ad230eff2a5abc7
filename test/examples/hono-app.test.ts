import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { startExamples } from "./support/start_examples.ts";

test("hono-app: an ordinary Hono application before another one", async (t: TestContext) => {
  await using examples = await startExamples();
  const ask = (path: string, options = {}) => examples.request("hono-app", path, options);
  const post = (body: string) =>
    ask("/api/stones", { method: "POST", headers: { "content-type": "application/json" }, body });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("hono-app");
  });

  await t.test("what is wrong with a stone is told", async () => {
    for (const body of ['{"name":"a b","hardness":1}', '{"name":7}', "null", "{}", "[]"]) {
      assert.equal((await post(body)).status, 422, body);
    }
    assert.equal((await post("{")).status, 400);
  });

  await t.test("what scripts elsewhere may use says so", async () => {
    const preflight = { origin: "https://example.com", "access-control-request-method": "POST" };
    const answer = await ask("/api/stones", { method: "OPTIONS", headers: preflight });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["access-control-allow-origin"], "*");
  });

  await t.test("every answer has the security headers, the application's too", async () => {
    for (const path of ["/", "/api/stones", "/api/stones/none", "/search?q=a", "/nowhere"]) {
      assert.equal((await ask(path)).headers["x-content-type-options"], "nosniff", path);
    }
  });

  await t.test(
    "the application's status comes through, and what middleware does to its headers",
    async () => {
      const answer = await ask("/nowhere");
      assert.equal(answer.status, 404);
      assert.equal(answer.text, "The application has no /nowhere\n");
      assert.equal(answer.headers["x-powered-by"], undefined);
    },
  );
});
