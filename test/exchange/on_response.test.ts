import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "../script/site_harness.ts";
import { TestBody } from "../support/test_body.ts";

const script = `
export const onResponse = async (response, request) => {
  const step = request.query;
  if (step === "read") return new Response("<" + await response.text() + ">", { status: response.status });
  if (step === "wrap") return new Response(response.body, { status: response.status, headers: { "x-wrapped": "1" } });
  if (step === "peek") await response.text();
  if (step === "file") return Response.file(request.file.replace(/[^/]*$/, "error.html"), { status: 404 });
  if (step === "twice") return new Response((await response.text()) + (await response.text()));
  if (step === "never") return new Promise(() => {});
};
export default (request) => {
  if (request.path === "/number") return 404;
  if (request.path === "/text") return new Response("text", { status: 404 });
};`;
const files = { "small.txt": "small", "error.html": "error page" };
const start = (t: Parameters<typeof SiteHarness.start>[0]) =>
  SiteHarness.start(t, script, { files, limits: { deadline: 300 } });

for (const [path, text] of [
  ["/small.txt", "small"],
  ["/text", "text"],
  ["/number", /404 Not Found/],
  ["/backend", "from the backend"],
] as const) {
  test(`onResponse reads and passes on the body of ${path}`, async (t) => {
    const site = await start(t);
    const ask = async (step: string) => {
      const request = site.request(`${path}?${step}`);
      if (path === "/backend")
        (await site.backend.call(site.backend.calls.length)).respond(200, "from the backend");
      return request.answer;
    };
    const read = await ask("read");
    const wrapped = await ask("wrap");
    if (typeof text === "string") assert.deepEqual([read.text, wrapped.text], [`<${text}>`, text]);
    else assert.match(read.text, text);
    assert.equal(wrapped.headers.get("x-wrapped"), "1");
  });
}

test("onResponse reads and passes on the body that an answer to HEAD does not have", async (t) => {
  const site = await start(t);
  for (const step of ["read", "wrap"]) {
    const request = site.request(`/backend?${step}`, { method: "HEAD" });
    (await site.backend.call(site.backend.calls.length)).respond(200);
    assert.equal((await request.answer).status, 200);
  }
});

test("onResponse that has read the body and returns nothing is a 500, not an empty answer", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/small.txt?peek")).status, 500);
  assert.match(site.logText(50), /onResponse has read the body/);
});

test("onResponse that reads a body twice is a 500", async (t) => {
  const site = await start(t);
  assert.equal((await site.get("/small.txt?twice")).status, 500);
});

for (const path of ["/text", "/number", "/small.txt"]) {
  test(`onResponse answers ${path} with a file`, async (t) => {
    const site = await start(t);
    const { status, text } = await site.get(`${path}?file`);
    assert.deepEqual([status, text], [404, "error page"]);
  });
}

test("onResponse has a deadline of its own after a backend that took longer than it", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export const onResponse = (_, request) => request.query === "never" ? new Promise(() => {}) : undefined;
    export default async () => { await new Promise((resolve) => setTimeout(resolve, 1)); };`,
    { limits: { deadline: 60 } },
  );
  for (const [target, status] of [
    ["/?never", 504],
    ["/", 200],
  ] as const) {
    const request = site.request(target);
    const call = await site.backend.call(site.backend.calls.length);
    await new Promise((resolve) => setTimeout(resolve, 200));
    call.respond(200, new TestBody(0));
    if (status === 504) assert.equal((await request.answer).status, status);
    else {
      await site.turn();
      assert.equal(request.responses, 1);
      request.leave();
    }
  }
});

test("what onResponse does not send is let go", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export const onResponse = () => new Response("instead"); export default () => {};`,
  );
  const request = site.request("/");
  const body = new TestBody();
  (await site.backend.call(0)).respond(200, body);
  assert.equal((await request.answer).text, "instead");
  assert.equal(body.cancelled, true);
});
