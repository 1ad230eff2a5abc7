import assert from "node:assert/strict";
import test from "node:test";
import { AddressRanges, canonicalAddress } from "../../core/http/address_ranges.ts";

/** Ranges, addresses that are in one of them, and addresses that are in none. */
const ROWS: readonly [what: string, ranges: string[], inside: string[], outside: string[]][] = [
  ["no range has nobody", [], [], ["127.0.0.1", "::1", "unix", ""]],
  ["an address is a range of one", ["192.0.2.7"], ["192.0.2.7"], ["192.0.2.6", "192.0.2.8", "::192.0.2.7"]],
  ["/8", ["10.0.0.0/8"], ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]],
  ["/31", ["192.0.2.6/31"], ["192.0.2.6", "192.0.2.7"], ["192.0.2.5", "192.0.2.8"]],
  ["/32", ["192.0.2.7/32"], ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]],
  ["a base with bits behind its prefix", ["10.1.2.3/8"], ["10.200.0.1"], ["11.1.2.3"]],
  ["0.0.0.0/0 is all of IPv4 and nothing of IPv6", ["0.0.0.0/0"], ["1.2.3.4", "0.0.0.0"], ["::1", "unix"]],
  ["::/0 is all of IPv6 and nothing of IPv4", ["::/0"], ["::1", "2001:db8::1"], ["1.2.3.4", "unix"]],
  [
    "/32 of IPv6",
    ["2001:db8::/32"],
    ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
  ],
  ["/128", ["2001:db8::1/128"], ["2001:db8::1", "2001:DB8:0:0::1"], ["2001:db8::2", "2001:db8::"]],
  [
    "a zone says where the address was seen",
    ["fe80::/10"],
    ["fe80::1%eth0", "fe80::1%lo", "fe80::1%7", "fe80::1%gone-0.1", "fe80::1"],
    ["fec0::1%eth0"],
  ],
  ["no zone on IPv4", ["127.0.0.1"], [], ["127.0.0.1%lo"]],
  ["an address mapped into IPv6 is the IPv4 address", ["::ffff:10.0.0.1"], ["10.0.0.1"], ["10.0.0.2"]],
  ["also in hexadecimal", ["::FFFF:0a00:0001"], ["10.0.0.1"], ["10.0.0.2"]],
  ["and a range of them", ["::ffff:10.0.0.0/104"], ["10.0.0.0", "10.255.255.255"], ["11.0.0.0"]],
  ["all of them", ["::ffff:0:0/96"], ["1.2.3.4", "255.255.255.255"], ["::1"]],
  ["a range with more than them is one of IPv6", ["::ffff:0:0/95"], ["::fffe:1:1"], ["1.2.3.4"]],
  ["Unix sockets", ["unix"], ["unix"], ["127.0.0.1", "::1"]],
  [
    "several ranges",
    ["unix", "10.0.0.0/8", "192.0.2.1", "::1"],
    ["unix", "10.0.0.1", "192.0.2.1", "::1"],
    ["192.0.2.2", "::2"],
  ],
];

for (const [what, ranges, inside, outside] of ROWS) {
  test(`${what}: [${ranges}]`, () => {
    const made = new AddressRanges(ranges);
    assert.equal(made.isEmpty, ranges.length === 0);
    for (const address of inside) assert.equal(made.has(address), true, `${address} is in it`);
    for (const address of outside) assert.equal(made.has(address), false, `${address} is not`);
  });
}

test("what is no address is in no range, however large", () => {
  const all = new AddressRanges(["0.0.0.0/0", "::/0", "unix"]);
  for (const text of [
    "",
    "unknown",
    "_hidden",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "::1/128",
    "[::1]",
    ":::",
    "%eth0",
  ])
    assert.equal(all.has(text), false, JSON.stringify(text));
});

for (const [text, canonical] of [
  ["1.2.3.4", "1.2.3.4"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["2001:0db8::0001", "2001:db8::1"],
  // RFC 5952 section 4.2: the longest run of zeros, the first of equals, and never a single one.
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["::ffff:192.0.2.128", "192.0.2.128"],
  ["::FFFF:c000:0280", "192.0.2.128"],
  ["0:0:0:0:0:ffff:0:1", "0.0.0.1"],
  ["::ffff:255.255.255.255", "255.255.255.255"],
  // Compatible addresses (deprecated by RFC 4291) and a mapping with something before it are none.
  ["::1.2.3.4", "::102:304"],
  ["1::ffff:1.2.3.4", "1::ffff:102:304"],
  ["fe80::1%eth0", undefined],
  ["1.2.3", undefined],
  ["unix", undefined],
  ["", undefined],
] as const) {
  test(`${JSON.stringify(text)} is written ${canonical ?? "in no way: it is no address"}`, () => {
    assert.equal(canonicalAddress(text), canonical);
  });
}
