import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadConfig } from "../../core/config/load_config.ts";
import { testListener } from "../support/test_config.ts";
import { configFolder, loadMarked, writeConfig } from "./config_folder.ts";

const SITES = "sites: [{ scripts: site.ts }]\n";

function load(t: TestContext, text: string) {
  const folder = configFolder(t);
  return { folder, config: loadConfig(writeConfig(folder, SITES + text), {}) };
}

test("a listener is its address alone, or says what is spoken there", (t) => {
  const { config, folder } = load(
    t,
    "listen:\n  - 127.0.0.1:80\n  - { address: ':81', redirect: https, http2: false }\n" +
      "  - { address: ':82', redirect: 'https:8443' }\n" +
      "  - { address: unix:a.sock, proxyProtocol: [unix, 10.0.0.0/8, '2001:DB8::/32', '::1'] }\n" +
      "  - { address: '127.0.0.1:443', tls: true }\n" +
      "tls: { certificates: [{ certificate: site.ts, key: other.ts }], clientCertificates: request }",
  );
  const tcp = (host: string, port: number) => ({ kind: "tcp", host, port }) as const;
  assert.deepEqual(config.listen, [
    testListener(tcp("127.0.0.1", 80)),
    testListener(tcp("::", 81), { redirect: 443, http2: false }),
    testListener(tcp("::", 82), { redirect: 8443 }),
    testListener(
      { kind: "unix", path: join(folder, "a.sock") },
      { proxyProtocol: ["unix", "10.0.0.0/8", "2001:db8::/32", "::1"] },
    ),
    testListener(tcp("127.0.0.1", 443), { tls: true }),
  ]);
  assert.deepEqual(config.tls.certificates, [
    { certificate: join(folder, "site.ts"), key: join(folder, "other.ts") },
  ]);
});

test("a single listener needs no list", (t) => {
  const address = { kind: "tcp", host: "127.0.0.1", port: 80 } as const;
  assert.deepEqual(load(t, "listen: { address: '127.0.0.1:80' }").config.listen, [testListener(address)]);
});

test("the admin listener is its address alone", (t) => {
  assert.deepEqual(load(t, "admin: 127.0.0.1:9180").config.admin, {
    listen: { kind: "tcp", host: "127.0.0.1", port: 9180 },
  });
});

const FAULTS: readonly [what: string, text: string, message: RegExp][] = [
  ["a listener without address", "listen: [▶{ http2: true }]", /"address" is missing/],
  ["TLS without a certificate", "listen: [{ address: ':1', tls: ▶true }]", /TLS needs a certificate/],
  [
    "TLS that redirects",
    "listen: [{ address: ':1', tls: true, redirect: ▶https }]\ntls: { certificates: [{ certificate: site.ts, key: site.ts }] }",
    /with TLS cannot redirect/,
  ],
  ["a redirect elsewhere", "listen: [{ address: ':1', redirect: ▶http }]", /"http" is no redirect/],
  ["a redirect to no port", "listen: [{ address: ':1', redirect: ▶'https:0' }]", /is no redirect/],
  ["a certificate without key", "tls: { certificates: [▶{ certificate: site.ts }] }", /"key" is missing/],
  [
    "a certificate that is not there",
    "tls: { certificates: [{ certificate: ▶a.pem, key: site.ts }] }",
    /cannot find "a\.pem"/,
  ],
  [
    "nobody to vouch for clients",
    "tls: { clientCertificates: ▶require }",
    /"tls\.clientAuthorities" is needed/,
  ],
  [
    "authorities without anybody asked",
    "listen: { address: ':1', tls: true }\ntls: { certificates: [{ certificate: site.ts, key: site.ts }], clientAuthorities: ▶site.ts }",
    /no client is asked for a certificate: say `request` or `require`/,
  ],
  [
    "certificates without a listener for them",
    "tls: { certificates: ▶[{ certificate: site.ts, key: site.ts }] }",
    /no listener speaks TLS: one needs `tls: true`/,
  ],
  [
    "a redirect to a listener without TLS",
    "listen: [{ address: ':1', redirect: ▶'https:2' }, ':2']",
    /sent to port 2, where this configuration speaks no TLS/,
  ],
  ["a redirect to itself", "listen: [{ address: ':443', redirect: ▶https }]", /sent to port 443/],
  [
    "PROXY headers from nobody",
    "listen: [{ address: ':1', proxyProtocol: ▶[] }]",
    /is an empty list; give at least one/,
  ],
  ["the admin listener where clients come", "listen: ':1'\nadmin: ▶':1'", /\*:1 is one that clients come to/],
  [
    "the admin listener at a part of where clients come",
    "listen: ':1'\nadmin: ▶'127.0.0.1:1'",
    /127\.0\.0\.1:1 belongs to \*:1/,
  ],
  [
    "a range that begins elsewhere",
    "proxies: { trusted: [▶10.0.0.1/8] }",
    /write 10\.0\.0\.0\/8, or 10\.0\.0\.1 for one address/,
  ],
  [
    "a range of IPv6 that begins elsewhere",
    "proxies: { trusted: [▶'2001:DB8::1/32'] }",
    /write 2001:db8::\/32, or 2001:DB8::1 for one address/,
  ],
  [
    "a port alone",
    "listen: ▶8080",
    /for every address write ":8080", for this machine only "127\.0\.0\.1:8080"/,
  ],
  ["a port alone for the admin listener", "admin: ▶9180", /for this machine only "127\.0\.0\.1:9180"/],
  ["a key of other servers", "▶gzip: on", /unknown key "gzip"; here that is "compression"/],
  ["a key of other servers, with dashes", "▶trusted_proxies: []", /here that is "proxies\.trusted"/],
  ["a plugin for a key", "sites: [{ scripts: site.ts, ▶hsts: true }]", /lodestone\/hsts/],
  ["an address for a range", "proxies: { trusted: [▶localhost] }", /"localhost" is not a range/],
  ["a range too long", "proxies: { trusted: [▶10.0.0.0/33] }", /is not a range of addresses/],
  ["half an address", "proxies: { trusted: [▶10.1] }", /got 10\.1|is not a range/],
  ["an index file in a folder", "sites: [{ files: { index: [▶a/b] } }]", /"a\/b" is not a file name/],
  ["a pid file in no folder", "pidFile: ▶/nope/a.pid", /cannot find/],
];

for (const [what, text, message] of FAULTS) {
  test(`told with its place: ${what}`, (t) => {
    const written = text.startsWith("sites") ? text : SITES + text;
    const { found, expected, messages } = loadMarked(t, written);
    assert.deepEqual(found, expected);
    assert.match(messages[0]!, message);
  });
}
