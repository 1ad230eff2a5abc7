import assert from "node:assert/strict";
import test from "node:test";
import { addressRange } from "../../core/config/address_range.ts";
import { AddressRanges } from "../../core/http/address_ranges.ts";

const context = { folder: "/srv" };

for (const [text, read] of [
  ["unix", "unix"],
  ["127.0.0.1", "127.0.0.1"],
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["192.0.2.1/32", "192.0.2.1/32"],
  ["::1", "::1"],
  ["::/0", "::/0"],
  ["2001:DB8::/32", "2001:db8::/32"],
  ["2001:db8::1/128", "2001:db8::1/128"],
  ["::FFFF:10.0.0.0/104", "::ffff:10.0.0.0/104"],
] as const) {
  test(`${text} is a range of addresses`, () => {
    assert.equal(addressRange.parse(text, context), read);
    assert.match(text, new RegExp(addressRange.pattern ?? "", "u"), "the schema takes it as well");
    // What the configuration takes the server can make a range of.
    assert.equal(new AddressRanges([read]).isEmpty, false);
  });
}

for (const text of [
  "",
  "Unix",
  "unix:/run/a.sock",
  "localhost",
  "10.0.0.0/33",
  "2001:db8::/129",
  "10.0.0.0/",
  "/8",
  "10.0.0.0/-1",
  "10.0.0.0/8.0",
  "10.0.0.0/8/8",
  "10.0.0.0/255.0.0.0",
  "10.0.0/8",
  "10.1",
  "167772160",
  "0x7f.0.0.1",
  "0x7f000001/8",
  "256.0.0.0/8",
  "1.2.3.4.5",
  "::1::/64",
  "fe80::1%eth0",
  "fe80::%eth0/10",
  "[::1]",
  "::ffff:1.2.3.400",
  " 10.0.0.0/8",
  "10.0.0.0/8\n",
  "10.0.0.0 - 10.0.0.9",
]) {
  test(`${JSON.stringify(text)} is none, which is said with what to write instead`, () => {
    assert.throws(() => addressRange.parse(text, context), {
      name: "ValueError",
      message: /is not a range of addresses: write an IP address, 10\.0\.0\.0\/8, 2001:db8::\/32, or unix/,
    });
  });
}
