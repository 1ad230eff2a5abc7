import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

/** What becomes of a backend's body that a script gives to a request which is never sent. */
async function bodyGivenTo(t: TestContext, script: string): Promise<TestBody> {
  const site = await SiteHarness.start(t, script);
  const answer = site.get("/x");
  const body = new TestBody(100_000);
  (await site.backend.call(0)).respond(200, body);
  await answer;
  return body;
}

const unsent: Record<string, string> = {
  "a fetch from a backend that does not exist": `export default async (request) => {
    const { body } = await fetch("backend:app/up");
    const next = new Request(request, { method: "POST", body, duplex: "half" });
    next.backend = "nosuch";
    return await fetch(next).catch((error) => new Response(error.message));
  };`,
  "an escalation to a backend that does not exist": `export default async (request) => {
    if (request.method === "POST") return;
    const { body } = await fetch("backend:app/up");
    const next = new Request(request, { method: "POST", body, duplex: "half" });
    next.backend = "nosuch";
    return next;
  };`,
  "an escalation with a method that is none": `export default async (request) => {
    if (request.method === "POST") return;
    const { body } = await fetch("backend:app/up");
    const next = new Request(request, { method: "POST", body, duplex: "half" });
    next.path = "/%00";
    return next;
  };`,
  "a fetch for an exchange that is over": `export default { async fetch(request, env, ctx) {
    ctx.waitUntil((async () => {
      await scheduler.wait(1);
      const { body } = await fetch("backend:app/up");
      await fetch(new Request(request, { method: "POST", body, duplex: "half" })).catch(() => {});
    })());
    return new Response("done");
  } };`,
};

for (const [what, script] of Object.entries(unsent)) {
  test(`a body given to ${what} is let go`, async (t) => {
    const body = await bodyGivenTo(t, script);
    await until("the body is cancelled", () => body.cancelled);
  });
}

const FETCHES = `
  if (request.path === "/fetch") {
    const response = await fetch("backend:app/on").catch((error) => new Response(error.message));
    return new Response(await response.text());
  }`;

/** Whether the site can still fetch. */
async function canFetch(site: SiteHarness): Promise<boolean> {
  const before = site.backend.calls.length;
  const answer = site.get("/fetch");
  (await site.backend.call(before)).respond(200, "hello");
  return (await answer).text === "hello";
}

test("bodies that scripts write for requests which lead nowhere cost no operations for ever", async (t) => {
  const script = `export default async (request) => {
    ${FETCHES}
    if (request.method === "POST") return;
    const body = ReadableStream.from([new Uint8Array(10)]);
    const next = new Request(request, { method: "POST", body, duplex: "half" });
    next.backend = "nosuch";
    return next;
  };`;
  const site = await SiteHarness.start(t, script, { limits: { operations: 5 } });
  for (let i = 0; i < 8; i++) assert.equal((await site.get("/x")).status, 500);
  assert.ok(await canFetch(site));
});

test("nor do those of fetches that were one too many", async (t) => {
  const script = `export default async (request) => {
    ${FETCHES}
    const post = () => ({ method: "POST", body: ReadableStream.from([new Uint8Array(10)]), duplex: "half" });
    const all = Array.from({ length: 12 }, (_, i) => fetch("backend:app/" + i, i < 5 ? {} : post()));
    const texts = await Promise.all(all.map((each) => each.then((r) => r.text(), (error) => error.message)));
    return new Response(texts.join("; "));
  };`;
  const site = await SiteHarness.start(t, script, { limits: { operations: 5 } });
  const first = site.get("/x");
  await site.backend.call(4);
  for (const call of site.backend.calls) call.respond(200, "fine");
  assert.match((await first).text, /fine.*more than 5 operations/);
  assert.ok(await canFetch(site));
});
