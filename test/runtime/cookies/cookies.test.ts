import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseSetCookie } from "set-cookie-parser";
import { RequestCookies } from "../../../core/runtime/cookies/request_cookies.ts";
import { type CookieAttributes, ResponseCookies } from "../../../core/runtime/cookies/response_cookies.ts";

/** What a browser would be told. */
function written(action: (cookies: ResponseCookies) => void): string[] {
  const headers = new Headers();
  action(new ResponseCookies(headers));
  return headers.getSetCookie();
}

test("cookies are found by name, the first of several counts", () => {
  const cookies = new RequestCookies('a=1; b="two"; a=3; c=%E2%82%AC; d');
  assert.equal(cookies.get("a"), "1");
  // The quotes are part of the value (RFC 6265bis section 5.6).
  assert.equal(cookies.get("b"), '"two"');
  assert.equal(cookies.get("c"), "€");
  assert.equal(cookies.has("d"), false);
  assert.equal(cookies.get("x"), undefined);
  assert.deepEqual(cookies.toJSON(), { a: "1", b: '"two"', c: "€" });
});

test("names that objects have by nature are cookies like others, or none", () => {
  assert.equal(new RequestCookies(null).get("constructor"), undefined);
  assert.equal(new RequestCookies("__proto__=1; constructor=2").get("__proto__"), "1");
  assert.equal(new RequestCookies("__proto__=1; constructor=2").get("constructor"), "2");
  assert.equal(new RequestCookies(null).size, 0);
});

test("a value that is not percent-encoded properly stays as it is", () => {
  assert.equal(new RequestCookies("a=100%; b=%zz").get("a"), "100%");
});

test("every attribute is written", () => {
  const [cookie] = written((cookies) =>
    cookies.set("id", "1", {
      maxAge: 60,
      expires: new Date(Date.UTC(2030, 0, 1)),
      domain: "example.org",
      path: "/shop",
      httpOnly: true,
      secure: true,
      sameSite: "none",
      partitioned: true,
      priority: "high",
    }),
  );
  assert.equal(
    cookie,
    "id=1; Max-Age=60; Domain=example.org; Path=/shop; Expires=Tue, 01 Jan 2030 00:00:00 GMT; HttpOnly; Secure; " +
      "Partitioned; Priority=High; SameSite=None",
  );
});

test("a cookie counts for the whole site unless it says otherwise, and each has a field of its own", () => {
  assert.deepEqual(
    written((cookies) => cookies.set("a", "1").set("b", "2; x")),
    ["a=1; Path=/", "b=2%3B%20x; Path=/"],
  );
});

test("deleting a cookie sets it to have ended", () => {
  assert.deepEqual(
    written((cookies) => cookies.delete("a", { path: "/x" })),
    ["a=; Max-Age=0; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
  );
});

for (const [name, attributes, message] of [
  ["a", { sameSite: "none" }, /sameSite none needs secure/],
  ["a", { partitioned: true }, /partitioned needs secure/],
  ["__Secure-a", {}, /needs secure/],
  ["__Host-a", {}, /needs secure/],
  ["__Host-a", { secure: true, path: "/x" }, /has the path \/, got "\/x"/],
  ["__Host-a", { secure: true, domain: "example.org" }, /has no domain/],
  ["a b", {}, /invalid/],
  ["a", { domain: "example.org; Secure" }, /invalid/],
  ["a", { path: "/\r\nX: 1" }, /invalid/],
] as [string, CookieAttributes, RegExp][]) {
  test(`what browsers refuse is refused: ${name} with ${JSON.stringify(attributes)}`, () => {
    assert.throws(() => written((cookies) => cookies.set(name, "1", attributes)), message);
  });
}

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);

test("whatever is set is what another parser reads, and what comes back", () => {
  fc.assert(
    fc.property(token, fc.string({ unit: "grapheme", maxLength: 40 }), (name, value) => {
      // The other parser drops names that objects have by nature.
      fc.pre(!/^__(?:Host|Secure)-/i.test(name) && !(name in {}));
      const [field] = written((cookies) => cookies.set(name, value));
      const parsed = parseSetCookie(field!)[0]!;
      assert.deepEqual([parsed.name, parsed.value, parsed.path], [name, value, "/"]);
      const sentBack = field!.slice(0, field!.indexOf(";"));
      assert.equal(new RequestCookies(sentBack).get(name), value);
    }),
  );
});
