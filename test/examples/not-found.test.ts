import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { startExamples } from "./support/start_examples.ts";

test("not-found: what a path stands for is decided by what is there", async (t: TestContext) => {
  await using examples = await startExamples();

  await t.test("an asset is sent as it is", async () => {
    const answer = await examples.request("not-found", "/style.css");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "text/css; charset=utf-8");
  });

  await t.test("a page has no ending in its address", async () => {
    assert.match((await examples.request("not-found", "/about")).text, /<h1>About<\/h1>/);
    assert.match((await examples.request("not-found", "/")).text, /<h1>First page<\/h1>/);
  });

  await t.test("a cached page is sent", async () => {
    assert.match((await examples.request("not-found", "/news")).text, /<h1>News, from the cache<\/h1>/);
  });

  await t.test("the application gets its paths, and no others", async () => {
    const answer = await examples.request("not-found", "/search?q=stone");
    assert.equal(answer.text, 'Results for "stone": none.\n');
    assert.equal((await examples.request("not-found", "/searching")).status, 404);
  });

  await t.test("everything else is the friendly page, with status 404 whatever the client asks", async () => {
    for (const options of [{}, { method: "POST", body: "x" }, { headers: { range: "bytes=0-9" } }]) {
      const answer = await examples.request("not-found", "/nowhere", options);
      assert.equal(answer.status, 404);
      assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
      assert.match(answer.text, /Nothing here/);
    }
  });

  await t.test("nothing outside of the root is a page", async () => {
    for (const path of ["/..%2Fsite.ts", "/cache/..%2F..%2Fsite.ts"])
      assert.equal((await examples.request("not-found", path)).status, 400, path);
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("not-found");
  });
});
