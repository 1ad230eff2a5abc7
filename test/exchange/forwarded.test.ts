import assert from "node:assert/strict";
import { test } from "node:test";
import { forwardHeaders } from "../../core/exchange/forwarded.ts";
import { HeaderList } from "../../core/http/header_list.ts";

const origin = {
  client: { address: "192.0.2.1", port: 40_000, tls: true },
  authority: "example.org:8443",
  localPort: 8443,
  id: "id-1",
};

function forwarded(fields: string, changes: Partial<typeof origin> = {}): string[] {
  const headers = HeaderList.fromText(fields);
  forwardHeaders(headers, headers, { ...origin, ...changes });
  return headers.toText().split("\r\n").slice(0, -1);
}

const own = [
  "X-Forwarded-For: 192.0.2.1",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: example.org:8443",
  "X-Forwarded-Port: 8443",
  "X-Request-Id: id-1",
];

test("a backend learns of the client", () => {
  assert.deepEqual(forwarded("Accept: */*\r\n"), ["Accept: */*", ...own]);
});

test("what the client claims under these names is dropped, however it is spelt", () => {
  const claims = [
    "Forwarded",
    "X-Forwarded-For",
    "x-forwarded-HOST",
    "X-FORWARDED-PROTO",
    "X-Forwarded-Port",
  ];
  const fields = [...claims, "X-Real-IP", "X-Request-Id"].map((name) => `${name}: 6.6.6.6\r\n`).join("");
  assert.deepEqual(forwarded(fields), own);
});

test("a client cannot take the proxy's fields away by naming them in Connection", () => {
  const named = "X-Forwarded-For, X-Request-Id, X-Own, Host";
  assert.deepEqual(forwarded(`Host: a\r\nX-Own: 1\r\nConnection: ${named}\r\n`), ["Host: a", ...own]);
});

test("Expect was for the proxy", () => {
  assert.deepEqual(forwarded("Expect: 100-continue\r\n"), own);
});

test("a client on a Unix socket without Host leaves out what is not known", () => {
  const client = { address: "unix", port: 0, tls: false };
  assert.deepEqual(forwarded("", { client, authority: "", localPort: 0 }), [
    "X-Forwarded-For: unix",
    "X-Forwarded-Proto: http",
    "X-Request-Id: id-1",
  ]);
});

test("an underscore does not get a claim past: a CGI variable would not show the difference", () => {
  assert.deepEqual(forwarded("X_Forwarded_For: 6.6.6.6\r\nx_real_ip: 6.6.6.6\r\nMy_Own: 1\r\n"), [
    "My_Own: 1",
    ...own,
  ]);
});

/** The client's fields, and what a script made of them. */
function changed(received: string, fields: string): string[] {
  const headers = HeaderList.fromText(fields);
  forwardHeaders(headers, HeaderList.fromText(received), origin);
  return headers.toText().split("\r\n").slice(0, -1);
}

test("what a script sets is the last word, and the proxy adds nothing of that name", () => {
  const set = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: http\r\nX-Real-IP: 198.51.100.7\r\n";
  assert.deepEqual(changed("X-Forwarded-For: 6.6.6.6\r\n", set), [
    "X-Forwarded-For: 198.51.100.7",
    "X-Forwarded-Proto: http",
    "X-Real-IP: 198.51.100.7",
    "X-Forwarded-Host: example.org:8443",
    "X-Forwarded-Port: 8443",
    "X-Request-Id: id-1",
  ]);
});

test("a script that changes other fields does not vouch for the client's claims", () => {
  const claims = "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n";
  assert.deepEqual(changed(claims, `${claims}X-Mine: 1\r\n`), ["X-Mine: 1", ...own]);
});

for (const [how, fields] of Object.entries({
  "line by line": "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\n",
  "with its lines joined": "x-forwarded-for: 6.6.6.6, 7.7.7.7\r\n",
  "in part": "x-forwarded-for: 7.7.7.7\r\n",
})) {
  test(`what a script has copied of the client's claims is dropped: ${how}`, () => {
    const received = HeaderList.fromText("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\n");
    const headers = HeaderList.fromText(fields);
    forwardHeaders(headers, received, origin);
    assert.deepEqual(headers.toText().split("\r\n").slice(0, -1), own);
  });
}

test("what a script appends to the client's claims stays, without the claims", () => {
  const received = HeaderList.fromText("X-Forwarded-For: 6.6.6.6\r\n");
  const headers = HeaderList.fromText("x-forwarded-for: 6.6.6.6, 192.0.2.9\r\n");
  forwardHeaders(headers, received, origin);
  assert.deepEqual(headers.getAll("x-forwarded-for"), ["192.0.2.9"]);
});
