import assert from "node:assert/strict";
import { test } from "node:test";
import { planEscalation } from "../../core/exchange/escalation.ts";
import type { HttpError } from "../../core/http/http_error.ts";
import { parseRequestHead } from "../../core/http/parse_request_head.ts";
import type { RequestChanges } from "../../core/script/script_task.ts";

const { head } = parseRequestHead("POST /a%20b/c?q=1 HTTP/1.1\r\nHost: a.test\r\nX-A: 1\r\n\r\n", {
  requestLine: 1000,
  head: 1000,
  fields: 10,
});
const plan = (changes?: RequestChanges, root: string | undefined = "/srv/www") =>
  planEscalation(head, changes, root);

test("without changes the request goes on as it came", () => {
  assert.deepEqual(plan(), {
    method: "POST",
    path: "/a%20b/c",
    query: "q=1",
    headers: head.headers,
    backend: undefined,
    file: "/srv/www/a b/c",
    body: undefined,
  });
});

test("without a root there is no file", () => {
  assert.equal(planEscalation(head, undefined, undefined).file, undefined);
  assert.equal(planEscalation(head, { path: "/x" }, undefined).file, undefined);
});

test("a new path is made canonical and names the file", () => {
  const { path, file, query } = plan({ path: "/%7Euser/./x/../y" });
  assert.deepEqual([path, file, query], ["/~user/y", "/srv/www/~user/y", "q=1"]);
});

test("a file that the script names stands beside a new path", () => {
  assert.equal(plan({ path: "/x", file: "/srv/other" }).file, "/srv/other");
});

test("a path that cannot name a file has none", () => {
  assert.equal(plan({ path: "/a%2Fb" }).file, undefined);
});

test("an empty query is none", () => {
  assert.equal(plan({ query: "" }).query, undefined);
  assert.equal(plan({ query: "x=%20" }).query, "x=%20");
});

test("a body is kept, replaced or taken away", () => {
  assert.equal(plan({}).body, undefined);
  assert.equal(plan({ body: null }).body, null);
  assert.equal(plan({ body: "text" }).body, "text");
});

for (const [changes, status] of [
  [{ path: "x" }, 400],
  [{ path: "" }, 400],
  [{ path: "/../x" }, 400],
  [{ path: "/a b" }, 400],
  [{ path: "/a?b" }, 400],
  [{ path: "/a#b" }, 400],
  [{ path: "/a\\b" }, 400],
  [{ path: "/%zz" }, 400],
  [{ path: "/%00" }, 400],
  [{ path: "/\r\nX: 1" }, 400],
  [{ path: "/ü" }, 400],
  [{ path: 5 }, 500],
  [{ path: null }, 500],
  [{ query: "a b" }, 500],
  [{ query: "a#b" }, 500],
  [{ query: "a\n" }, 500],
  [{ query: ["x"] }, 500],
  [{ method: "" }, 500],
  [{ method: "GET /" }, 500],
  [{ method: "CONNECT" }, 500],
  [{ method: "GÄT" }, 500],
  [{ headers: "X-A: 1" }, 500],
  [{ headers: "X-A : 1\r\n" }, 500],
  [{ headers: "X-A: 1\n\r\n" }, 500],
  [{ headers: "X-A: \u010d\u010a\r\n" }, 500],
  [{ headers: " X-A: 1\r\n" }, 500],
  [{ headers: {} }, 500],
  [{ backend: 1 }, 500],
  [{ file: { toString: () => "/x" } }, 500],
] as [RequestChanges, number][]) {
  test(`the change ${JSON.stringify(changes)} is refused with ${status}`, () => {
    assert.throws(
      () => plan(changes),
      (error: HttpError) => error.status === status && error.message.length < 400,
    );
  });
}

test("the message of a refusal shows no more than an excerpt", () => {
  assert.throws(
    () => plan({ query: " ".repeat(100_000) }),
    (error: Error) => error.message.length < 400,
  );
});
