import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outcome } from "../support/compare.ts";
import { Guest } from "../support/guest.ts";

type ResponseClass = typeof globalThis.Response;

/** What can be seen of a response. */
async function seen(response: Response): Promise<unknown> {
  const { status, statusText, ok, type, url, redirected, bodyUsed } = response;
  const before = { status, statusText, ok, type, url, redirected, bodyUsed, isNull: response.body === null };
  return { ...before, headers: [...response.headers], text: await response.text(), after: response.bodyUsed };
}

const bytes = new TextEncoder().encode("\ufeffgr\u00fc\u00dfe");
const CASES: Record<string, (R: ResponseClass) => unknown> = {
  "no argument": (R) => new R(),
  null: (R) => new R(null),
  undefined: (R) => new R(undefined, undefined),
  text: (R) => new R("text"),
  "empty text": (R) => new R(""),
  "text with a byte order mark": (R) => new R("\ufeffabc"),
  "a lone surrogate": (R) => new R("a\ud800b"),
  "a number": (R) => new R(12 as never),
  "an object": (R) => new R({} as never),
  "a Uint8Array": (R) => new R(bytes),
  "an ArrayBuffer": (R) => new R(bytes.buffer),
  "a part of a buffer": (R) => new R(bytes.subarray(3, 5)),
  "a DataView": (R) => new R(new DataView(bytes.buffer, 3, 2)),
  "an empty init": (R) => new R("text", {}),
  "null as init": (R) => new R("text", null as never),
  "a number as init": (R) => new R("text", 1 as never),
  "a type of its own": (R) => new R("text", { headers: { "Content-Type": "text/html" } }),
  "other headers": (R) => new R("text", { headers: { a: "b" } }),
  "headers without a body": (R) => new R(null, { headers: [["a", "b"]] }),
  "a null body with status 204": (R) => new R(null, { status: 204 }),
  "status 200": (R) => new R("a", { status: 200 }),
  "status 404": (R) => new R("a", { status: 404, statusText: "Nothing here" }),
  "status 599": (R) => new R("a", { status: 599 }),
  "status 600": (R) => new R("a", { status: 600 }),
  "status 199": (R) => new R("a", { status: 199 }),
  "status 0": (R) => new R("a", { status: 0 }),
  "status as text": (R) => new R("a", { status: "418" as never }),
  "status 204 and a body": (R) => new R("a", { status: 204 }),
  "status 204 and an empty body": (R) => new R("", { status: 204 }),
  "status 205 and a body": (R) => new R("a", { status: 205 }),
  "status 304 and a body": (R) => new R("a", { status: 304 }),
  "a reason in Latin-1": (R) => new R("a", { statusText: "gr\u00fc\u00df" }),
  "a reason with a line end": (R) => new R("a", { statusText: "a\r\nb: c" }),
  "a reason with a tab": (R) => new R("a", { statusText: "a\tb" }),
  "a reason with DEL": (R) => new R("a", { statusText: "a\x7f" }),
  "a reason beyond Latin-1": (R) => new R("a", { statusText: "\u20ac" }),
  "json of an object": (R) => R.json({ a: [1, "\u00fc"] }),
  "json of null": (R) => R.json(null),
  "json of undefined": (R) => R.json(undefined),
  "json of a function": (R) => R.json(() => 1),
  "json of itself": (R) => {
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    return R.json(loop);
  },
  "json with a type": (R) => R.json(1, { headers: { "content-type": "application/problem+json" } }),
  "json with a status": (R) => R.json(1, { status: 422, statusText: "no" }),
  "json with status 204": (R) => R.json(1, { status: 204 }),
  "json like another response": (R) => R.json(1, new R(null, { status: 201, headers: { a: "b" } })),
  "a redirect": (R) => R.redirect("https://example.com/a?b", 308),
  "a redirect of 302": (R) => R.redirect("https://example.com/"),
  "a redirect with 200": (R) => R.redirect("https://example.com/", 200 as never),
  error: (R) => R.error(),
  "a clone": (R) => new R("text", { status: 201, statusText: "x", headers: { a: "b" } }).clone(),
  "a clone of bytes": (R) => new R(bytes).clone(),
  "a clone without a body": (R) => new R(null, { status: 204 }).clone(),
  "a clone after reading": async (R) => {
    const response = new R("a");
    await response.text();
    return response.clone();
  },
};

describe("a response is what Node's is:", () => {
  for (const [name, make] of Object.entries(CASES)) {
    test(name, async () => {
      const { Response: Own } = new Guest();
      const ours = await outcome(async () => seen(await (make(Own as never) as Response)));
      const nodes = await outcome(async () => seen(await (make(Response) as Response)));
      assert.deepEqual(ours, nodes);
    });
  }
});

const other = (Own: Guest["Response"]) => Own as unknown as ResponseClass;

test("the methods and properties of a response are enumerable, and it names itself", () => {
  const { Response: Own } = new Guest();
  const names = new Set<string>();
  for (const name in new Own()) names.add(name);
  for (const name in new Response()) assert.ok(names.has(name), name);
  assert.equal(String(new Own()), "[object Response]");
  assert.equal(Own.name, "Response");
});

test("nothing of the runtime is reachable on the class", () => {
  const { Response: Own } = new Guest();
  const body = Object.getPrototypeOf(Own) as object;
  assert.deepEqual(Object.getOwnPropertyNames(Own).sort(), [
    "error",
    "file",
    "json",
    "length",
    "name",
    "parts",
    "prototype",
    "redirect",
  ]);
  assert.deepEqual(Object.getOwnPropertyNames(body).sort(), ["length", "name", "prototype"]);
});

test("a response of text needs no chunk and no headers object until they are asked for", () => {
  const guest = new Guest();
  const response = new guest.Response("123");
  guest.handle(() => response);
  assert.equal(response.status, 200);
  assert.deepEqual(guest.loaded, []);
});

test("a redirect may be relative and have headers, beyond the standard", () => {
  const { Response: Own } = new Guest();
  const response = Own.redirect("/gr\u00fc\u00dfe?a=b c", 301);
  response.headers.set("x", "y");
  assert.equal(response.headers.get("location"), "/gr%C3%BC%C3%9Fe?a=b%20c");
});

test("the status may be set, within its bounds", () => {
  const { Response: Own } = new Guest();
  const response = new Own("a");
  response.status = 503;
  assert.equal(response.ok, false);
  assert.throws(() => {
    response.status = 99;
  }, RangeError);
});

test("the headers of Response.error cannot be changed", () => {
  const { Response: Own } = new Guest();
  assert.throws(() => Own.error().headers.set("a", "b"), TypeError);
});

test("a response with forms, Blobs and parameters brings their type along", async () => {
  const guest = new Guest();
  const { Blob: OwnBlob, FormData: OwnFormData } = guest.forms() as {
    Blob: typeof Blob;
    FormData: typeof FormData;
  };
  const { URLSearchParams: Params } = await import("../../../core/runtime/url/url_search_params.ts");
  const Own = other(guest.Response);
  const blob = new Own(new OwnBlob(["a", "b"], { type: "Text/CSS" }));
  assert.deepEqual([blob.headers.get("content-type"), await blob.text()], ["text/css", "ab"]);
  assert.equal(new Own(new OwnBlob(["a"])).headers.get("content-type"), null);
  const params = new Own(new Params({ a: "1 2", b: "\u00fc" }) as never);
  assert.deepEqual(
    [params.headers.get("content-type"), await params.text()],
    ["application/x-www-form-urlencoded;charset=UTF-8", "a=1+2&b=%C3%BC"],
  );
  const form = new OwnFormData();
  form.append("name", "value");
  const sent = new Own(form);
  assert.match(sent.headers.get("content-type")!, /^multipart\/form-data; ?boundary=/);
  assert.equal((await sent.formData()).get("name"), "value");
});

test("cookies are set as Set-Cookie fields", () => {
  const { Response: Own } = new Guest();
  const response = new Own("a");
  response.cookies.set("a", "1").set("b", "2", { path: "/b" });
  assert.deepEqual(response.headers.getSetCookie(), ["a=1; Path=/", "b=2; Path=/b"]);
});
