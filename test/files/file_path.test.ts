import assert from "node:assert/strict";
import { test } from "node:test";
import { filePath } from "../../core/files/file_path.ts";

const ROWS: readonly [what: string, urlPath: string, path: string | undefined][] = [
  ["a plain path", "/a/b.html", "/srv/www/a/b.html"],
  ["the root", "/", "/srv/www/"],
  ["a folder keeps its slash", "/a/", "/srv/www/a/"],
  ["an encoded space", "/a%20b", "/srv/www/a b"],
  ["UTF-8", "/%C3%A4.html", "/srv/www/ä.html"],
  ["an encoded percent sign is decoded once", "/%252e%252e/a", "/srv/www/%2e%2e/a"],
  ["three dots are a name", "/.../a", "/srv/www/.../a"],
  ["a hidden file", "/.well-known/a", "/srv/www/.well-known/a"],
  ["a name that begins with two dots", "/..a", "/srv/www/..a"],
  ["a backslash is part of a name", "/a%5Cb", "/srv/www/a\\b"],
  ["dot-dot", "/../etc/passwd", undefined],
  ["dot-dot at the end", "/a/..", undefined],
  ["encoded dot-dot", "/%2e%2e/etc/passwd", undefined],
  ["half-encoded dot-dot", "/.%2E/etc/passwd", undefined],
  ["dot", "/./a", undefined],
  ["dot at the end", "/a/.", undefined],
  ["an empty segment", "//a", undefined],
  ["an empty segment within", "/a//b", undefined],
  ["an encoded slash", "/a%2Fb", undefined],
  ["an encoded slash in lower case", "/..%2fetc/passwd", undefined],
  ["an encoded NUL", "/a%00.html", undefined],
  ["a NUL", "/a\0", undefined],
  ["a control", "/a\n", undefined],
  ["octets that are no UTF-8", "/%FF", undefined],
  ["an overlong slash", "/%C0%AFetc", undefined],
  ["an overlong dot", "/%C0%AE%C0%AE/a", undefined],
  ["an encoded surrogate", "/%ED%A0%80", undefined],
  ["half an escape", "/%4", undefined],
  ["no escape", "/%zz", undefined],
  ["text that is not ASCII", "/ä", undefined],
  ["no slash in front", "a", undefined],
  ["nothing", "", undefined],
  ["the asterisk", "*", undefined],
];

for (const [what, urlPath, path] of ROWS) {
  test(`${what}: ${JSON.stringify(urlPath)} ${path === undefined ? "names no file" : `is ${path}`}`, () => {
    assert.equal(filePath("/srv/www", urlPath), path);
    assert.equal(filePath("/srv/www/", urlPath), path);
  });
}

test("a root that is the root of all", () => assert.equal(filePath("/", "/a"), "/a"));
