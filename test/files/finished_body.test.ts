import assert from "node:assert/strict";
import { test } from "node:test";
import { applyRange } from "../../core/files/finished_body.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import { bytesOf } from "./collect.ts";

const DATE = "Sun, 05 May 2024 06:07:08 GMT";
const BARE = "Content-Type: text/plain\r\nX-Own: 1\r\n";
const TAGGED = `${BARE}ETag: "v1"\r\nCache-Control: max-age=60\r\n`;
const DATED = `${BARE}Last-Modified: ${DATE}\r\n`;

interface Row {
  readonly what: string;
  readonly method?: string;
  readonly fields: string;
  readonly headers: string;
  readonly status: number;
  readonly body?: string;
  readonly contentRange?: string;
}

/** Sections are those of RFC 9110. The body is `päge`: five bytes. */
const ROWS: readonly Row[] = [
  { what: "nothing asked for", fields: "", headers: TAGGED, status: 200, body: "päge" },
  {
    what: "14.2 a range",
    fields: "Range: bytes=3-\r\n",
    headers: BARE,
    status: 206,
    body: "ge",
    contentRange: "bytes 3-4/5",
  },
  {
    what: "14.2 a suffix",
    fields: "Range: bytes=-1\r\n",
    headers: BARE,
    status: 206,
    body: "e",
    contentRange: "bytes 4-4/5",
  },
  {
    what: "15.5.17 beyond the end",
    fields: "Range: bytes=5-\r\n",
    headers: TAGGED,
    status: 416,
    contentRange: "bytes */5",
  },
  {
    what: "14.2 only GET",
    method: "POST",
    fields: "Range: bytes=3-\r\n",
    headers: BARE,
    status: 200,
    body: "päge",
  },
  { what: "14.2 not HEAD", method: "HEAD", fields: "Range: bytes=3-\r\n", headers: BARE, status: 200 },
  {
    what: "14.3 the script refuses ranges",
    fields: "Range: bytes=3-\r\n",
    headers: "Accept-Ranges: none\r\n",
    status: 200,
    body: "päge",
  },
  {
    what: "the script did it itself",
    fields: "Range: bytes=3-\r\n",
    headers: "Content-Range: bytes 1-5/9\r\n",
    status: 200,
    body: "päge",
  },
  { what: "13.1.2 the script's tag", fields: 'If-None-Match: "v1"\r\n', headers: TAGGED, status: 304 },
  {
    what: "13.1.2 another tag",
    fields: 'If-None-Match: "v2"\r\n',
    headers: TAGGED,
    status: 200,
    body: "päge",
  },
  {
    what: "13.1.2 HEAD too",
    method: "HEAD",
    fields: 'If-None-Match: "v1"\r\n',
    headers: TAGGED,
    status: 304,
  },
  {
    what: "13.1.2 not what a POST did",
    method: "POST",
    fields: 'If-None-Match: "v1"\r\n',
    headers: TAGGED,
    status: 200,
    body: "päge",
  },
  { what: "13.1.3 the script's date", fields: `If-Modified-Since: ${DATE}\r\n`, headers: DATED, status: 304 },
  { what: "13.1.1 fails", fields: 'If-Match: "v2"\r\n', headers: TAGGED, status: 412 },
  {
    what: "no validators, no preconditions",
    fields: 'If-Match: "v2"\r\n',
    headers: BARE,
    status: 200,
    body: "päge",
  },
  {
    what: "a date of the script that is none",
    fields: `If-Modified-Since: ${DATE}\r\n`,
    headers: "Last-Modified: now\r\n",
    status: 200,
    body: "päge",
  },
  {
    what: "13.1.5 the tag",
    fields: 'Range: bytes=3-\r\nIf-Range: "v1"\r\n',
    headers: TAGGED,
    status: 206,
    body: "ge",
  },
  {
    what: "13.1.5 another tag",
    fields: 'Range: bytes=3-\r\nIf-Range: "v2"\r\n',
    headers: TAGGED,
    status: 200,
    body: "päge",
  },
  {
    what: "13.1.5 no validator here",
    fields: 'Range: bytes=3-\r\nIf-Range: "v1"\r\n',
    headers: BARE,
    status: 200,
    body: "päge",
  },
];

for (const { what, method = "GET", fields, headers, status, body, contentRange } of ROWS) {
  for (const content of ["päge", Buffer.from("päge")]) {
    test(`${what}: ${status}, from ${typeof content === "string" ? "text" : "bytes"}`, async () => {
      const own = HeaderList.fromText(headers);
      const response = applyRange({ method, headers: HeaderList.fromText(fields) }, own, content);
      assert.equal(response.status, status);
      assert.equal((await bytesOf(response.body)).toString(), body ?? "");
      if (contentRange !== undefined) assert.equal(response.headers.get("content-range"), contentRange);
      assert.equal(own.toText(), headers, "the script's headers stay as they are");
    });
  }
}

test("an answer nobody asked anything special of passes as it is", () => {
  const headers = HeaderList.fromText(BARE);
  const response = applyRange(
    { method: "GET", headers: HeaderList.fromText("Accept: */*\r\n") },
    headers,
    "text",
  );
  assert.equal(response.headers, headers);
  assert.equal(response.body, "text");
});

test("15.4.5: 304 keeps the script's fields except those that describe the body", () => {
  const request = { method: "GET", headers: HeaderList.fromText('If-None-Match: "v1"\r\n') };
  const fields = "Content-Encoding: gzip\r\nContent-Security-Policy: default-src\r\nVary: Accept\r\n";
  const response = applyRange(request, HeaderList.fromText(TAGGED + fields), "text");
  assert.deepEqual(
    [...response.headers].map(([name]) => name),
    ["X-Own", "ETag", "Cache-Control", "Content-Security-Policy", "Vary"],
  );
});

test("412 and 416 do not tell of the 200 that is not sent", () => {
  for (const fields of ['If-Match: "v2"\r\n', "Range: bytes=9-\r\n"]) {
    const response = applyRange(
      { method: "GET", headers: HeaderList.fromText(fields) },
      HeaderList.fromText(TAGGED),
      "text",
    );
    for (const name of ["etag", "cache-control", "content-type"])
      assert.equal(response.headers.has(name), false, name);
    assert.equal(response.headers.get("x-own"), "1");
  }
});

test("15.3.7: 206 keeps every field of the 200 and adds the range", () => {
  const request = { method: "GET", headers: HeaderList.fromText("range: bytes=0-0\r\n") };
  const response = applyRange(request, HeaderList.fromText(TAGGED), "text");
  assert.equal(response.headers.toText(), `${TAGGED}Content-Range: bytes 0-0/4\r\n`);
});

test("HEAD with conditions that hold declares the length of the bytes", () => {
  const request = { method: "HEAD", headers: HeaderList.fromText('If-None-Match: "v2"\r\n') };
  const response = applyRange(request, HeaderList.fromText(TAGGED), "päge");
  assert.deepEqual([response.status, response.body, response.declaredLength], [200, undefined, 5]);
});
