import assert from "node:assert/strict";
import { test } from "node:test";
import { refusedRange } from "../../core/backend/refused_range.ts";

const PUBLIC = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.1",
  "169.253.255.255",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00:1450:4001::1",
  "::ffff:1.1.1.1",
  "64:ff9b::1.1.1.1",
];

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  loopback: [
    "127.0.0.1",
    "127.255.255.255",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::127.0.0.1",
  ],
  private: [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "::ffff:10.0.0.1",
    "::ffff:c0a8:1",
    "64:ff9b::a00:1",
  ],
  linkLocal: [
    "169.254.0.0",
    "169.254.169.254",
    "fe80::1",
    "febf::1",

    "::ffff:169.254.169.254",
  ],
  uniqueLocal: ["fc00::1", "fdff::1", "fd00:ec2::254"],
  carrierGradeNat: ["100.64.0.0", "100.127.255.255"],
  unspecified: ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0"],
  multicast: ["224.0.0.1", "239.255.255.255", "ff02::1"],
  broadcast: ["255.255.255.255"],
  reserved: [
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "2001:db8::1",
    "3fff::1",
  ],
  "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"],
  teredo: ["2001::1", "2001:0:7f00:1::"],
  rfc6052: ["64:ff9b:1::1", "64:ff9b:1::101:101"],
  rfc6145: ["::ffff:0:127.0.0.1"],
  deprecatedSiteLocal: ["fec0::1"],
  discard: ["100::1"],
  unassigned: [
    "::127.0.0.1",
    "::1.1.1.1",
    "0:0:0:0:0:0:1.1.1.1",
    "::7f00:1",
    "::2",
    "::a00:1",
    "64:ff9b::1:0:0",
    "4000::1",
    "e000::1",
  ],
  invalid: [
    "",
    "127.1",
    "0x7f000001",
    "2606:4700::1%eth0",
    "localhost",
    "example.com",
    "1.2.3.4.5",
    "127.0.0.1:80",
    "[::1]",
  ],
};

test("public addresses are within reach", () => {
  for (const address of PUBLIC) assert.equal(refusedRange(address), undefined, address);
});

for (const [range, addresses] of Object.entries(REFUSED)) {
  test(`${range}: ${addresses.join(", ")}`, () => {
    for (const address of addresses) assert.equal(refusedRange(address), range, address);
  });
}
