import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError } from "../../../core/http/http_error.ts";
import { fetchFailure } from "../../../core/script/failure/fetch_failure.ts";

const closed = new HttpError(502, "backend_closed", "http://10.0.0.7:80 closed the connection");

test("a fetch that failed says which it was and why, without addresses", () => {
  assert.equal(
    fetchFailure(closed, "backend:app/die"),
    'fetch("backend:app/die"): the backend closed the connection before its response (502, backend_closed)',
  );
  assert.match(
    fetchFailure(closed, "https://a.test/x"),
    /^fetch\("https:\/\/a\.test\/x"\): the server closed /,
  );
  assert.match(fetchFailure(closed, "/path"), /^fetch\("\/path"\): the backend closed /);
});

test("the URL is told without query, fragment and credentials, and bounded", () => {
  assert.match(fetchFailure(closed, "backend:app/a?token=1#b"), /^fetch\("backend:app\/a"\): /);
  assert.match(fetchFailure(closed, "https://me:secret@a.test/?q"), /^fetch\("https:\/\/a\.test\/"\): /);
  assert.match(fetchFailure(closed, '/a\n"b'), /^fetch\("\/a\\n\\"b"\): /);
  assert.ok(fetchFailure(closed, `/${"x".repeat(1e6)}`).length < 400);
});

test("what the site's rules refuse is told whole, and an unknown failure by its code", () => {
  assert.equal(fetchFailure(new HttpError(500, "backend_unknown", "none"), "backend:x/"), "none");
  assert.equal(
    fetchFailure(new HttpError(500, "odd", "at 10.0.0.7"), "/a"),
    'fetch("/a"): it failed (500, odd)',
  );
  assert.equal(fetchFailure(new Error("at 10.0.0.7"), "/a"), 'fetch("/a"): it failed');
});
