import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { requirePeer } from "../support/peer.ts";
import { startExamples } from "./support/start_examples.ts";

test("hello: the smallest script", async (t: TestContext) => {
  await using examples = await startExamples();

  await t.test("it answers by the address of the client", async () => {
    const answer = await examples.request("hello", "/any/path?whatever");
    assert.equal(answer.status, 200);
    assert.equal(answer.text, "Hello, 127.0.0.1!\n");
  });

  await t.test("it answers for hosts that no other example has", async () => {
    assert.equal((await examples.request("nobody", "/")).text, "Hello, 127.0.0.1!\n");
  });

  await t.test("its README tells the truth", async (t: TestContext) => {
    if (requirePeer(t, "curl")) await examples.followReadme("hello");
  });
});
