import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createURLClasses } from "../../../core/runtime/url/url.ts";
import { hostUrl } from "../../../core/script/host/host_url.ts";

const NodeURL = globalThis.URL;
const { URL } = createURLClasses(hostUrl);

const PARTS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;
const SETTABLE = PARTS.filter((part) => part !== "origin" && part !== "href");

function partsOf(url: Record<(typeof PARTS)[number], string>): string[] {
  return PARTS.map((part) => `${part}=${url[part]}`);
}

const ODD = [
  "http://user:pass@example.org:8080/p/a/t/h?query=string#hash",
  "http://user@h/",
  "http://:pass@h/",
  "http://user:@h/",
  "http://u%40:p%3A@h:1/@:/?@:#@:",
  "https://[::1]:443/",
  "https://[2001:db8::1]:8443/x?y",
  "https://[::1]",
  "file:///etc/passwd",
  "file://host/x",
  "data:text/plain,a?b#c",
  "mailto:a@b:c/d",
  "javascript:alert(1)//x",
  "web+demo:/.//not-a-host/",
  "web+demo://",
  "web+demo:///x",
  "web+demo://h:9",
  "about:blank?",
  "http://h?#",
  "http://h/?",
  "http://h/#",
  "http://h/#?a/b",
  "blob:https://example.org:99/x",
  "blob:file:///x",
  "blob:nonsense",
  "a:",
  "a:/",
  "a:b",
];

const part = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "http:",
    "ftp",
    "8080",
    "0",
    "99999",
    "h:80",
    "[::1]",
    "[::1]:9",
    "?x",
    "#y",
    "a b",
    "//b",
    "/..//c",
    "@",
    "ü",
    "\ud800",
    "a?b#c",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const urls = fc.oneof(
  fc.constantFrom(...ODD),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom("http:", "https:", "ws:", "x:", "file:", "blob:http:"),
      fc.constantFrom("", "/", "//", "///"),
      part,
      part,
      part,
    )
    .map((pieces) => pieces.join("")),
);

test("URL has the parts Node's has for any URL", () => {
  for (const url of ODD) {
    const node = NodeURL.parse(url);
    assert.deepEqual(partsOf(new URL(url)), partsOf(node!), url);
  }
  fc.assert(
    fc.property(urls, fc.option(urls, { nil: undefined }), (url, base) => {
      const theirs = NodeURL.parse(url, base);
      const ours = URL.parse(url, base);
      assert.equal(URL.canParse(url, base), theirs !== null);
      assert.equal(ours === null, theirs === null);
      if (ours !== null && theirs !== null) assert.deepEqual(partsOf(ours), partsOf(theirs));
    }),
    { numRuns: 1000 },
  );
});

test("URL's setters do what Node's do, and the parameters follow", () => {
  const changes = fc.array(fc.tuple(fc.constantFrom(...SETTABLE), part), { maxLength: 5 });
  fc.assert(
    fc.property(urls, changes, (url, steps) => {
      fc.pre(URL.canParse(url));
      const ours = new URL(url);
      const theirs = new NodeURL(url);
      assert.equal(ours.searchParams.toString(), theirs.searchParams.toString());
      for (const [name, value] of steps) {
        ours[name] = value;
        theirs[name] = value;
        assert.deepEqual(partsOf(ours), partsOf(theirs));
        assert.equal(ours.searchParams.toString(), theirs.searchParams.toString());
      }
    }),
    { numRuns: 500 },
  );
});

test("a change of the parameters changes the URL", () => {
  const url = new URL("http://h/?a=1#x");
  const params = url.searchParams;
  params.append("b", "ü &");
  assert.equal(url.href, "http://h/?a=1&b=%C3%BC+%26#x");
  params.delete("a");
  params.delete("b");
  assert.equal(url.href, "http://h/#x");
  url.href = "http://other/?z=9";
  assert.equal(params.get("z"), "9");
  assert.equal(url.searchParams, params);
});

test("what is not a URL is a TypeError", () => {
  assert.throws(() => new URL("/path"), { name: "TypeError", code: "ERR_INVALID_URL" });
  assert.throws(() => new URL("x", "y"), TypeError);
  const url = new URL("http://h/");
  assert.throws(() => {
    url.href = "nonsense";
  }, TypeError);
  assert.equal(url.href, "http://h/");
  assert.equal(new URL("../b", new URL("http://h/a/c/d")).href, "http://h/a/b");
});

test("URL serialises and has the members Node's has", () => {
  assert.equal(JSON.stringify({ url: new URL("http://h") }), '{"url":"http://h/"}');
  assert.equal(`${new URL("http://h")}`, "http://h/");
  assert.deepEqual(Object.keys(URL.prototype).sort(), Object.keys(NodeURL.prototype).sort());
});

test("the host's side takes nothing but strings and known parts", () => {
  assert.equal(hostUrl.parseUrl({ toString: () => "http://h/" } as never, undefined), undefined);
  assert.equal(hostUrl.parseUrl(`http://h/${"x".repeat(2_000_000)}`, undefined), undefined);
  assert.equal(hostUrl.setUrlPart("http://h/", "__proto__" as never, "x"), "http://h/");
  assert.equal(hostUrl.setUrlPart("http://h/", "href" as never, "x"), "http://h/");
  assert.equal(hostUrl.setUrlPart("nonsense", "hash", "x"), "nonsense");
});
