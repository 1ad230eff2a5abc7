import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { HttpError } from "../../core/http/http_error.ts";
import { SiteHarness, type TestRequest } from "../script/site_harness.ts";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";

/** What is open when the client leaves, and must be closed by then. */
type Open = { readonly cancelled: boolean };

interface Case {
  readonly when: string;
  readonly script: string;
  /** Brings the exchange to the step and returns what is open. */
  reach(site: SiteHarness, request: TestRequest): Promise<readonly Open[]>;
}

const plain = "export default () => {};";
const forever = "new Promise(() => {})";

async function body(site: SiteHarness): Promise<TestBody> {
  const call = await site.backend.call(0);
  const body = new TestBody();
  call.respond(200, body);
  await site.turn();
  return body;
}

const cases: readonly Case[] = [
  {
    when: "before its scripts have seen the request",
    script: plain,
    reach: async () => [],
  },
  {
    when: "while its scripts think",
    script: `export default () => ${forever};`,
    async reach(site) {
      await site.turn();
      return [];
    },
  },
  {
    when: "while a fetch is under way",
    script: "export default (request) => fetch(request);",
    reach: async (site) => [await site.backend.call(0)],
  },
  {
    when: "while a fetched body waits to be used",
    script: `export default async (request) => { await fetch(request); await ${forever}; };`,
    reach: async (site) => [await body(site)],
  },
  {
    when: "while a fetched body is read",
    script: "export default async (request) => { await (await fetch(request)).text(); };",
    reach: async (site) => [await body(site)],
  },
  {
    when: "while a fetched body is read by pieces",
    script: `export default async (request) => {
      const reader = (await fetch(request)).body.getReader();
      while (!(await reader.read()).done);
    };`,
    async reach(site) {
      const read = await body(site);
      await until("the first piece is asked for", () => read.sink);
      read.sink!.data(Buffer.from("piece"));
      await until("the second is", () => read.resumed > 0);
      return [read];
    },
  },
  {
    when: "while the backend is asked",
    script: plain,
    reach: async (site) => [await site.backend.call(0)],
  },
  {
    when: "while onResponse has the head",
    script: `${plain} export const onResponse = () => ${forever};`,
    reach: async (site) => [await body(site)],
  },
  {
    when: "while onResponse reads the body",
    script: `${plain} export const onResponse = async (response) => { await response.text(); };`,
    reach: async (site) => [await body(site)],
  },
];

const start = (t: TestContext, script: string) => SiteHarness.start(t, script);

for (const { when, script, reach } of cases) {
  test(`a client that leaves ${when} leaves nothing open`, async (t) => {
    const site = await start(t, script);
    const request = site.request("/");
    const open = await reach(site, request);
    assert.deepEqual(
      open.map(({ cancelled }) => cancelled),
      open.map(() => false),
      "open before",
    );
    request.leave();
    await site.turn();
    assert.deepEqual(
      open.map(({ cancelled }) => cancelled),
      open.map(() => true),
      "closed after",
    );
    assert.equal(site.active, 0);
    assert.equal(request.responses, 0);
    assert.equal(site.logText(40), "");
  });
}

test("what a backend still brings for a client that has left is let go", async (t) => {
  const site = await start(t, "export default async (request) => { await fetch(request); };");
  const request = site.request("/");
  const call = await site.backend.call(0);
  request.leave();
  const late = new TestBody();
  call.respond(200, late);
  assert.equal(late.cancelled, true);
});

test("an uploading client that leaves while a script reads is the end of it", async (t) => {
  const site = await start(t, "export default async (request) => new Response(await request.text());");
  const upload = new TestBody(10);
  const request = site.request("/", { method: "POST", fields: "Content-Length: 10\r\n", body: upload });
  await site.turn();
  upload.sink!.data(Buffer.from("half"));
  upload.sink!.fail(new Error("the client left"));
  request.leave();
  await site.turn();
  assert.equal(site.active, 0);
  assert.equal(request.responses, 0);
});

/** Scripts that have the request's body under way, in every manner. */
const readers: Readonly<Record<string, string>> = {
  "awaits it": "await request.text();",
  "sends it on": "await fetch(request);",
  "awaits something else first": `const text = request.text(); await ${forever}; await text;`,
};

for (const [how, code] of Object.entries(readers)) {
  test(`a client that leaves during its upload is no error of a script that ${how}`, async (t) => {
    const site = await start(t, `export default async (request) => { ${code} };`);
    const upload = new TestBody(10);
    const request = site.request("/", { method: "POST", fields: "Content-Length: 10\r\n", body: upload });
    await site.turn();
    request.leave();
    await site.turn();
    assert.equal(site.active, 0);
    assert.equal(site.logText(30).replace("scripts loaded ", ""), "");
  });
}

const brokenOff = new HttpError(400, "body_incomplete", "reading a request body: the client ended it");

test("a body that breaks off while a script reads it is no error of the script", async (t) => {
  const site = await start(t, "export default async (request) => new Response(await request.text());");
  const upload = new TestBody(10);
  const request = site.request("/", { method: "POST", fields: "Content-Length: 10\r\n", body: upload });
  await site.turn();
  upload.sink!.fail(brokenOff);
  assert.equal((await request.answer).status, 400);
  assert.equal(site.logText(40), "");
});

test("a body that breaks off while a script sends it on is no error of the script", async (t) => {
  const site = await start(t, "export default (request) => fetch(request);");
  const { answer } = site.request("/", { method: "POST", body: new TestBody(10) });
  (await site.backend.call(0)).fail(brokenOff);
  assert.equal((await answer).status, 400);
  assert.equal(site.logText(40), "");
});

test("what a script throws for another reason while a body breaks off is its error", async (t) => {
  const site = await start(
    t,
    "export default async (request) => { try { await request.text(); } catch { oops(); } };",
  );
  const upload = new TestBody(10);
  const request = site.request("/", { method: "POST", fields: "Content-Length: 10\r\n", body: upload });
  await site.turn();
  upload.sink!.fail(brokenOff);
  assert.equal((await request.answer).status, 500);
  assert.match(site.logText(50), /oops is not defined/);
});

test("a fetch that nobody awaits and that the answer ends is told to the author", async (t) => {
  const site = await start(
    t,
    "export default (request) => { fetch(request); return new Response('done'); };",
  );
  assert.equal((await site.get("/")).text, "done");
  await site.turn();
  assert.match(site.logText(50), /the request it belongs to is over/);
});

test("a fetch of a path that is none is an error of the script", async (t) => {
  const site = await start(
    t,
    "export default async (request) => { request.path = '/%'; await fetch(request); };",
  );
  assert.equal((await site.get("/")).status, 400);
  assert.match(site.logText(50), /not.*path|request path/);
});
