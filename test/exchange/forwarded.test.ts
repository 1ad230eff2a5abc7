import assert from "node:assert/strict";
import { test } from "node:test";
import { forwardHeaders } from "../../core/exchange/forwarded.ts";
import { HeaderList } from "../../core/http/header_list.ts";
import type { Client } from "../../core/http/incoming.ts";
import { RequestHead } from "../../core/http/request_head.ts";

const direct: Client = { address: "192.0.2.1", port: 40_000, tls: true };
const behind: Client = { ...direct, via: "10.0.0.1" };

interface Situation {
  readonly client?: Client;
  readonly authority?: string;
  readonly localPort?: number;
  /** Whether a trusted proxy has told something among the fields. */
  readonly tells?: boolean;
}

function headOf(fields: string, { authority = "example.org:8443", tells = false }: Situation): RequestHead {
  const host = authority.replace(/:[0-9]+$/, "");
  const line = { method: "GET", path: "/", query: undefined, minorVersion: 1 } as const;
  return new RequestHead({ ...line, host, authority, fields, tells });
}

/** What a backend gets of a request with `received` when scripts have made `fields` of them, or left them alone. */
function forwarded(received: string, situation: Situation = {}, fields?: string): string[] {
  const head = headOf(received, situation);
  const headers = fields === undefined ? head.headers.clone() : HeaderList.fromText(fields);
  const { client = direct, localPort = 8443 } = situation;
  forwardHeaders(headers, { client, head, localPort, id: "id-1" });
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

test("Connection takes nothing away here: a client's own fields that it names have gone before", () => {
  const named = "X-Forwarded-For, X-Request-Id, X-Script, Host";
  const fields = ["Host: a", "X-Script: 1"];
  assert.deepEqual(forwarded(`${fields.join("\r\n")}\r\nConnection: ${named}\r\n`), [...fields, ...own]);
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

test("what a script sets is the last word, and the proxy adds nothing of that name", () => {
  const set = "X-Forwarded-For: 198.51.100.7\r\nX-Forwarded-Proto: http\r\nX-Real-IP: 198.51.100.7\r\n";
  assert.deepEqual(forwarded("", {}, set), [
    "X-Forwarded-For: 198.51.100.7",
    "X-Forwarded-Proto: http",
    "X-Real-IP: 198.51.100.7",
    "X-Forwarded-Host: example.org:8443",
    "X-Forwarded-Port: 8443",
    "X-Request-Id: id-1",
  ]);
});

test("a script that changes other fields leaves these to the proxy", () => {
  assert.deepEqual(forwarded("", {}, "X-Mine: 1\r\n"), ["X-Mine: 1", ...own]);
});

const told = { client: behind, tells: true };
const onward = [
  "X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.1",
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: example.org:8443",
  "X-Forwarded-Port: 8443",
  "X-Request-Id: id-1",
];

for (const [how, received, fields] of [
  ["in one line", "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n", undefined],
  ["in two lines", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n", undefined],
  [
    "beside a field of a script's",
    "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n",
    "x-forwarded-for: 6.6.6.6, 192.0.2.1\r\n",
  ],
  [
    "with its lines joined by a script",
    "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n",
    "x-forwarded-for: 6.6.6.6, 192.0.2.1\r\n",
  ],
] as const) {
  test(`what a trusted proxy has told is passed on with its address behind it: ${how}`, () => {
    assert.deepEqual(forwarded(received, told, fields), onward);
  });
}

test("a script that writes over what a trusted proxy has told has the last word", () => {
  const set = "X-Forwarded-For: 203.0.113.9\r\nX-Request-Id: mine\r\n";
  assert.deepEqual(forwarded("X-Forwarded-For: 192.0.2.1\r\nX-Request-Id: id-1\r\n", told, set), [
    "X-Forwarded-For: 203.0.113.9",
    "X-Request-Id: mine",
    ...onward.slice(1, 4),
  ]);
});

test("without the list, which a script has taken away, the backend still learns of client and proxy", () => {
  assert.equal(
    forwarded("X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n", told, "")[0],
    "X-Forwarded-For: 192.0.2.1, 10.0.0.1",
  );
});

test("a trusted proxy cannot be made to take the list away by Connection", () => {
  const received = "X-Forwarded-For: 192.0.2.1\r\nConnection: X-Forwarded-For\r\n";
  assert.equal(forwarded(received, told)[0], "X-Forwarded-For: 192.0.2.1, 10.0.0.1");
});

test("the protocol and the id that a trusted proxy has told are there once", () => {
  assert.deepEqual(
    forwarded(
      "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Request-Id: id-1\r\n",
      told,
    ).toSorted(),
    ["X-Forwarded-For: 192.0.2.1, 10.0.0.1", ...onward.slice(1)].toSorted(),
  );
});

test("Forwarded is passed on with an element for the trusted proxy, and X-Forwarded-For made of what it told", () => {
  assert.deepEqual(forwarded("Forwarded: for=192.0.2.1;proto=https\r\n", told).slice(0, 2), [
    "Forwarded: for=192.0.2.1;proto=https, for=10.0.0.1",
    "X-Forwarded-For: 192.0.2.1, 10.0.0.1",
  ]);
  const through = (via: string) =>
    forwarded("Forwarded: for=192.0.2.1\r\n", { client: { ...direct, via }, tells: true })[0];
  assert.equal(through("2001:db8::1"), 'Forwarded: for=192.0.2.1, for="[2001:db8::1]"');
  assert.equal(through("unix"), "Forwarded: for=192.0.2.1, for=_unix");
});

test("behind a trusted proxy the port is the one that the client has asked for", () => {
  const port = (authority: string, tls: boolean): string | undefined =>
    forwarded("X-Forwarded-For: 192.0.2.1\r\n", { client: { ...behind, tls }, tells: true, authority }).find(
      (line) => line.startsWith("X-Forwarded-Port"),
    );
  assert.equal(port("example.org", true), "X-Forwarded-Port: 443");
  assert.equal(port("example.org", false), "X-Forwarded-Port: 80");
  assert.equal(port("example.org:8080", false), "X-Forwarded-Port: 8080");
  assert.equal(port("[2001:db8::1]", true), "X-Forwarded-Port: 443");
});
