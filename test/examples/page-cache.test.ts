import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { until } from "../support/until.ts";
import { startExamples } from "./support/start_examples.ts";

test("page-cache: pages come from files until their source changes", async (t: TestContext) => {
  await using examples = await startExamples();
  const root = join(examples.folder.path, "examples/page-cache");
  const cached = join(root, "www/cache/stones.html");
  const page = (path = "/stones") => examples.request("page-cache", path);

  const first = await page();
  await t.test("the application makes a page and leaves it in the cache", () => {
    assert.match(first.text, /<h1>Stones<\/h1>/);
    assert.equal(first.headers["x-powered-by"], "node:http");
    assert.ok(existsSync(cached));
    assert.deepEqual(readdirSync(join(root, "www/cache")).sort(), [".gitignore", "stones.html"]);
  });

  // What stat tells is believed for a second, so hits begin a moment later.
  const untilHit = () =>
    until("a hit", async () => {
      const answer = await page();
      return answer.headers["x-cache"] === "hit" && answer;
    });

  await t.test("then the page comes from the cache, with all a file has", async () => {
    const hit = await untilHit();
    assert.equal(hit.text, readFileSync(cached, "utf8"));
    assert.equal(hit.headers["x-powered-by"], undefined);
    const again = await examples.request("page-cache", "/stones", {
      headers: { "if-none-match": hit.headers.etag as string },
    });
    assert.equal(again.status, 304);
  });

  await t.test("a source that is newer makes the application work again", async () => {
    const before = await untilHit();
    writeFileSync(join(root, "pages/stones.txt"), "Stones & <b>more</b>\n\nNothing else.\n");
    await until("made again", async () => (await page()).text !== before.text);
    const hit = await untilHit();
    assert.match(hit.text, /<h1>Stones &#38; &#60;b&#62;more/);
  });

  await t.test("the cache is not asked for other methods, nor with a query", async () => {
    const posted = await examples.request("page-cache", "/stones", { method: "POST", body: "x" });
    assert.equal(posted.headers["x-cache"], undefined);
    assert.equal((await page("/stones?print")).headers["x-cache"], undefined);
  });

  await t.test("sources are not to be had", async () => {
    assert.equal((await page("/pages/stones.txt")).status, 404);
    assert.equal((await page("/x%2Fpages%2Fstones.txt")).status, 404);
  });

  await t.test("what the application does not have is its 404", async () => {
    assert.deepEqual((await page("/nowhere")).text, "The application has no /nowhere\n");
  });
});

test("page-cache: its README tells the truth", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  await using examples = await startExamples();
  await examples.followReadme("page-cache");
});
