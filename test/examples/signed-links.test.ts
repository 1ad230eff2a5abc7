import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { requirePeer } from "../support/peer.ts";
import { request } from "../support/request.ts";
import { startExamples } from "./support/start_examples.ts";

const key = { "x-api-key": "example-key" };

test("signed-links: downloads for those who have a link", async (t: TestContext) => {
  await using examples = await startExamples();
  const ask = (path: string, options = {}) => examples.request("signed-links", path, options);
  const make = (wish: unknown, headers: Record<string, string> = key) =>
    ask("/links", { method: "POST", headers, body: typeof wish === "string" ? wish : JSON.stringify(wish) });
  const linkTo = async (file: string): Promise<string> =>
    (JSON.parse((await make({ file, seconds: 60 })).text) as { link: string }).link;

  await t.test("a link leads to its file, whatever its name", async () => {
    const answer = await ask(await linkTo("stone & sand.txt"));
    assert.equal(answer.text, "What the stone said.\n");
    assert.match(answer.headers["content-disposition"] as string, /stone & sand\.txt/);
    assert.equal(answer.headers["cache-control"], "private, no-store");
  });

  await t.test("another server can make one, as the README says", async () => {
    const expires = Math.ceil(Date.now() / 1000 + 60).toString(16);
    const signature = createHmac("sha256", "only for the example")
      .update(`${expires}/film.txt`)
      .digest("base64url");
    assert.equal((await ask(`/get/${signature}/${expires}/film.txt`)).status, 200);
  });

  await t.test("one that has ended is gone", async () => {
    const signature = createHmac("sha256", "only for the example").update("5/film.txt").digest("base64url");
    assert.equal((await ask(`/get/${signature}/5/film.txt`)).status, 410);
  });

  await t.test("nothing in a link can be changed", async () => {
    const link = await linkTo("film.txt");
    const [, , signature, expires] = link.split("/") as [string, string, string, string];
    for (const changed of [
      `/get/${signature}/${expires}/stone%20%26%20sand.txt`,
      `/get/${signature}/f${expires}/film.txt`,
      `/get/${signature.slice(1)}/${expires}/film.txt`,
      `/get/${signature}/${expires}/x%2Fsite.ts`,
      `/get//${expires}/film.txt`,
      "/get/",
    ]) {
      assert.equal((await ask(changed)).status, 403, changed);
    }
  });

  await t.test("only whoever has the key makes links, and only for files that are there", async () => {
    for (const wrong of [{}, { "x-api-key": "" }, { "x-api-key": "example-kez" }]) {
      assert.equal(
        (await make({ file: "film.txt", seconds: 60 }, wrong as Record<string, string>)).status,
        401,
      );
    }
    for (const file of ["../site.ts", "nothing.txt", "", null, "__proto__"]) {
      assert.equal((await make({ file, seconds: 60 })).status, 404, String(file));
    }
    for (const wish of [
      "{",
      "null",
      "[]",
      '"text"',
      { file: "film.txt" },
      { file: "film.txt", seconds: 1e9 },
    ]) {
      assert.equal((await make(wish)).status, 422, JSON.stringify(wish));
    }
    assert.equal((await ask("/links")).status, 405);
  });

  await t.test("the rest of the site are files", async () => {
    assert.match((await ask("/")).text, /<h1>Ask for a link<\/h1>/);
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("signed-links");
  });
});

test("signed-links: without a secret it serves nothing", async () => {
  const script = readFileSync(new URL("../../examples/signed-links/site.ts", import.meta.url), "utf8");
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: site.ts, env: { API_KEY: x } }]",
    scripts: { "site.ts": script },
  });
  assert.equal((await request(lodestone.url("/"))).status, 503);
  await lodestone.waitForLog((entry) => /LINK_SECRET or API_KEY is not set/.test(String(entry.stack)));
});
