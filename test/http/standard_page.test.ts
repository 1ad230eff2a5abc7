import assert from "node:assert/strict";
import { test } from "node:test";
import { standardPage } from "../../core/http/standard_page.ts";
import { statusText } from "../../core/http/status_text.ts";

test("the page of a status names the status and its reason", () => {
  assert.match(standardPage(404).body, /<h1>404 Not Found<\/h1>/);
  assert.match(standardPage(599).body, /<h1>599<\/h1>/);
  assert.equal(standardPage(404).headers.get("content-type"), "text/html; charset=utf-8");
});

test("status texts", () => {
  assert.deepEqual([200, 404, 413, 299].map(statusText), ["OK", "Not Found", "Content Too Large", ""]);
});
