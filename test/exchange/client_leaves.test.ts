import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SiteHarness, type TestRequest } from "../script/site_harness.ts";
import { TestBody } from "../support/test_body.ts";

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
