import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { startExamples } from "./support/start_examples.ts";

test("redirects: old addresses lead to new ones", async (t: TestContext) => {
  await using examples = await startExamples();
  const location = async (path: string, host = "redirects"): Promise<[number, string | undefined]> => {
    const { status, headers } = await examples.request(host, path);
    return [status, headers.location];
  };

  await t.test("by a table", async () => {
    assert.deepEqual(await location("/manual.html"), [301, "/guide/"]);
    assert.deepEqual(await location("/%6Danual.html"), [301, "/guide/"]);
    assert.deepEqual(await location("/support"), [301, "https://forum.example.org/"]);
  });

  await t.test("by a regular expression, keeping the query", async () => {
    assert.deepEqual(await location("/2019/05/some-title"), [301, "/blog/some-title"]);
    assert.deepEqual(await location("/2019/05/some-title?a=1&b"), [301, "/blog/some-title?a=1&b"]);
    assert.equal((await location("/2019/5/some-title"))[0], 404);
  });

  await t.test("from another host, keeping path and query", async () => {
    const expected = [308, "http://redirects.localhost:8080/guide/?a=1"];
    assert.deepEqual(await location("/guide/?a=1", "www.redirects"), expected);
  });

  await t.test("removed pages are gone", async () => {
    assert.deepEqual(await location("/guestbook"), [410, undefined]);
  });

  await t.test("everything else is files", async () => {
    assert.match((await examples.request("redirects", "/guide/")).text, /<h1>The guide<\/h1>/);
    assert.equal((await examples.request("redirects", "/nowhere")).status, 404);
    assert.equal((await examples.request("redirects", "/constructor")).status, 404);
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("redirects");
  });
});
