import assert from "node:assert/strict";
import { test } from "node:test";
import { failureBody } from "../../../core/exchange/failure/failure_body.ts";
import type { FailureDetails } from "../../../core/exchange/failure/failure_details.ts";

const source = 'const a = 1;\n\nexport default () => {\n\tthrow new Error("<b>&amp;");\n};\n';

const details: FailureDetails = {
  title: "500 Internal Server Error",
  code: "script_error",
  message: "Error: <b>&amp;",
  site: "www.example.org",
  request: { id: "id-1", method: "GET", path: "/<script>" },
  places: [
    {
      fault: {
        file: "/srv/site.ts",
        line: 4,
        column: 8,
        message: "Error: <b>&amp;",
        excerpt: source.split("\n")[3]!,
      },
      source,
    },
  ],
  stack: "Error: <b>&amp;\n    at handler (/srv/site.ts:4:8)",
  accept: "",
};

const forms: [accept: string, type: string][] = [
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"],
  ["application/json, text/html", "application/json"],
  ["text/html, application/json", "text/html; charset=utf-8"],
  ["text/html;q=0, application/json", "application/json"],
  ["TEXT/HTML", "text/html; charset=utf-8"],
  ["*/*", "text/plain; charset=utf-8"],
  ["", "text/plain; charset=utf-8"],
  ["image/png", "text/plain; charset=utf-8"],
  [";;,,q=", "text/plain; charset=utf-8"],
];

for (const [accept, type] of forms) {
  test(`a client that accepts "${accept}" gets ${type}`, () => {
    const { headers } = failureBody({ ...details, accept });
    assert.equal(headers.get("content-type"), type);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(headers.get("content-security-policy")!, /^default-src 'none';/);
  });
}

test("the text has the place, the lines before it, a caret and the stack", () => {
  const { body } = failureBody(details);
  assert.equal(
    body,
    `500 Internal Server Error

Error: <b>&amp;

/srv/site.ts:4:8: Error: <b>&amp;
  const a = 1;

  export default () => {
  \tthrow new Error("<b>&amp;");
  \t      ^

    at handler (/srv/site.ts:4:8)

GET /<script>, request id-1, site www.example.org
`,
  );
});

test("nothing in the page becomes markup", () => {
  const { body } = failureBody({ ...details, accept: "text/html" });
  assert.match(body, /<h1>Error: &lt;b&gt;&amp;amp;<\/h1>/);
  assert.match(body, /\tthrow new Error\(&quot;&lt;b&gt;&amp;amp;&quot;\);/);
  assert.match(body, /GET \/&lt;script&gt;/);
  assert.doesNotMatch(body, /<script|<b>&|https?:|src=|url\(/);
});

test("the JSON says it field by field", () => {
  const { body } = failureBody({ ...details, accept: "application/json" });
  const { error } = JSON.parse(body);
  assert.equal(error.message, "Error: <b>&amp;");
  assert.equal(error.request, "id-1");
  assert.deepEqual(error.places, [details.places[0]!.fault]);
});

test("a place without a source, a line of many kilobytes and control characters do no harm", () => {
  const long = `${"x".repeat(50_000)}\u001b[31m${"y".repeat(50_000)}`;
  const fault = { file: "/a.ts", line: 1, column: 50_001, message: "no\u202e", excerpt: long };
  for (const accept of ["text/html", "", "application/json"]) {
    for (const known of [undefined, long, ""]) {
      const { body } = failureBody({ ...details, accept, places: [{ fault, source: known }], stack: "" });
      assert.ok(!body.includes("\u001b") && (accept === "application/json" || !body.includes("\u202e")));
      if (accept !== "application/json") assert.ok(body.length < 8_000, `${body.length}`);
    }
  }
});

test("what is behind an error is shown below its frames, with its own", () => {
  const stack =
    "Error: outer\n    at f (/srv/site.ts:4:8)\n[cause]: Error: in<ner>\n    at g (/srv/site.ts:1:2)";
  const text = failureBody({ ...details, accept: "text/plain", stack }).body;
  assert.match(String(text), /site\.ts:4:8\)\n\[cause\]: Error: in<ner>\n {4}at g \(\/srv\/site\.ts:1:2\)/);
  const page = failureBody({ ...details, accept: "text/html", stack }).body;
  assert.match(String(page), /\[cause\]: Error: in&lt;ner&gt;.*at g \(\/srv\/site\.ts:1:2\)/s);
});
