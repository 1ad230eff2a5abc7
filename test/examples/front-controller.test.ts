import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { startExamples } from "./support/start_examples.ts";

test("front-controller: one program answers for every clean URL", async (t: TestContext) => {
  await using examples = await startExamples();
  examples.folder.write("examples/front-controller/www/index.php", "<?php $password = 'x';");
  examples.folder.write("examples/front-controller/www/.env", "PASSWORD=x");
  const text = async (path: string): Promise<string> =>
    (await examples.request("front-controller", path)).text;

  await t.test("a file is sent", async () => {
    assert.match(await text("/style.css"), /^body \{/);
  });

  await t.test("everything else goes to index.php with its path and query", async () => {
    assert.equal(await text("/"), "q = /\n");
    assert.equal(await text("/articles/7?page=2"), "q = /articles/7\npage = 2\n");
  });

  await t.test("a path arrives whole, whatever characters it has", async () => {
    assert.equal(await text("/caf%C3%A9+a&b=c%26%20d"), "q = /café+a&b=c& d\n");
  });

  await t.test("a client cannot set q itself", async () => {
    assert.equal(await text("/x?q=/admin&a=1"), "q = /x\na = 1\n");
    assert.equal(await text("/x?%71=/admin"), "q = /x\n");
  });

  await t.test("source code and hidden files are never sent", async () => {
    for (const path of ["/index.php", "/index%2Ephp", "/index.php/x", "//index.php", "/.env", "/%2Eenv"]) {
      assert.match(await text(path), /^q = \//, path);
    }
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("front-controller");
  });
});
