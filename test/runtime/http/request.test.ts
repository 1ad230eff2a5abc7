import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "../../script/site_harness.ts";

test("a router may note the parsed query on the request; the query that goes on is the client's", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => {
      request.query = { a: "1" };
      if (request.query.a !== "1") return 500;
    };`,
  );
  site.request("/p?a=1&b=%20");
  assert.equal((await site.backend.call(0)).request.target, "/p?a=1&b=%20");
});

test("a text that no head can hold is refused before V8 has to put it into memory", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const huge = "x".repeat(2 ** 28);
    export default (request) => {
      const attempts = [
        () => new Headers({ a: huge }), () => (request.path = huge), () => (request.query = huge),
        () => (request.backend = huge), () => (request.file = huge), () => Response.redirect(huge), () => Response.file(huge),
      ];
      const refused = attempts.filter((attempt) => {
        try { attempt(); } catch (error) { return error instanceof RangeError; }
      });
      return new Response(refused.length + " of " + attempts.length);
    };`,
  );
  assert.equal((await site.get("/")).text, "7 of 7");
});
