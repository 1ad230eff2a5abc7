import assert from "node:assert/strict";
import { test } from "node:test";
import { TestBody } from "../support/test_body.ts";
import { SiteHarness } from "./site_harness.ts";

for (const [how, use] of Object.entries({
  "reads it piece by piece": "for await (const piece of request.body) {}",
  "sends it on": 'await fetch("backend:app/second", { method: "POST", body: request.body, duplex: "half" })',
  "reads it whole": "await request.text()",
})) {
  test(`onResponse that wants a body the backend has had fails its own request only: ${how}`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `let count = 0;
      export default (request) => {
        if (request.path === "/count") return new Response(String(++count));
      };
      export const onResponse = async (response, request) => {
        if (request.path === "/upload") { ${use}; }
      };`,
      { limits: { deadline: 500 } },
    );
    assert.equal((await site.get("/count")).text, "1");
    const bystander = site.get("/bystander");
    const bystanders = await site.backend.call(0);
    const { answer } = site.request("/upload", { method: "POST", body: "abc" });
    (await site.backend.call(1)).respond(200, "ok");
    // The test's backend never starts a body, so one that would fail at once fails at the deadline.
    assert.match(`${(await answer).status}`, /^50[04]$/);
    bystanders.respond(200, "well");
    assert.equal((await bystander).text, "well");
    assert.equal((await site.get("/count")).text, "2");
  });
}

test("bodies that break off while they are read piece by piece cost nothing afterwards", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default { async fetch() {
      const response = await fetch("backend:app/broken");
      try {
        for await (const piece of response.body);
      } catch (error) {
        return new Response(error.name);
      }
    } };`,
    { limits: { operations: 3 } },
  );
  for (let i = 0; i < 6; i++) {
    const answer = site.get("/");
    const body = new TestBody(1000);
    (await site.backend.call(i)).respond(200, body);
    await site.turn();
    const sink = await started(body);
    sink.data(Buffer.from("abc"));
    sink.fail(new Error("reset"));
    assert.equal((await answer).text, "TypeError");
  }
});

async function started(body: TestBody): Promise<NonNullable<TestBody["sink"]>> {
  for (;;) {
    if (body.sink !== undefined) return body.sink;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
