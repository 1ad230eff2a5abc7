import assert from "node:assert/strict";
import test from "node:test";
import { localHead, readLocalTarget } from "../../core/testing/local_head.ts";

const LIMITS = { requestLine: 1000, head: 10_000, fields: 100 };
const GET = { method: "GET", target: "/", authority: "localhost", fields: [], length: undefined } as const;

const targets: [url: string, tls: boolean, authority: string | undefined, target: string][] = [
  ["/old", false, undefined, "/old"],
  ["/a/../b?x=1#top", false, undefined, "/a/../b?x=1"],
  ["/%zz", false, undefined, "/%zz"],
  ["/größe und so", false, undefined, "/gr%C3%B6%C3%9Fe%20und%20so"],
  ["http://a.test", false, "a.test", "/"],
  ["http://a.test?x", false, "a.test", "/?x"],
  ["HTTPS://A.test:8443/x", true, "A.test:8443", "/x"],
  ["//a.test/x", false, undefined, "//a.test/x"],
];

for (const [url, tls, authority, target] of targets) {
  test(`${url} is asked for as ${target}`, () => {
    assert.deepEqual(readLocalTarget(url), { tls, authority, target });
  });
}

for (const url of ["", "old", "ftp://a.test/", "http://", "http:///x", "http://user:pass@a.test/", "?x"]) {
  test(`${JSON.stringify(url)} is no URL that a server is asked for`, () => {
    assert.equal(readLocalTarget(url), undefined);
  });
}

test("the head is the one a listener would read", () => {
  const head = localHead(
    { ...GET, method: "POST", target: "/a/../b?c", fields: [["X-One", "1"]], length: 3 },
    LIMITS,
  );
  assert.equal(head.path, "/b");
  assert.equal(head.query, "c");
  assert.equal(head.fields, "Host: localhost\r\nX-One: 1\r\nContent-Length: 3\r\n");
});

test("a Host among the fields takes the place of the URL's", () => {
  assert.equal(localHead({ ...GET, fields: [["host", "b.test"]] }, LIMITS).host, "b.test");
});

test("what is no Latin-1 goes as the bytes of UTF-8", () => {
  const head = localHead({ ...GET, fields: [["x", "☃"]] }, LIMITS);
  assert.equal(head.headers.get("x"), Buffer.from("☃").toString("latin1"));
});

const refused: [what: string, head: Partial<Parameters<typeof localHead>[0]>, status: number][] = [
  ["a line break in a value", { fields: [["x", "1\r\ny: 2"]] }, 400],
  ["a line break in a name", { fields: [["x\r\ny", "1"]] }, 400],
  ["a space in a name", { fields: [["x y", "1"]] }, 400],
  ["a path above the root", { target: "/../x" }, 400],
  ["a bad escape", { target: "/%zz" }, 400],
  ["CONNECT", { method: "CONNECT" }, 501],
  ["a long line", { target: `/${"x".repeat(1000)}` }, 414],
];

for (const [what, parts, status] of refused) {
  test(`${what} is refused with ${status}`, () => {
    assert.throws(() => localHead({ ...GET, ...parts }, LIMITS), { name: "HttpError", status });
  });
}
