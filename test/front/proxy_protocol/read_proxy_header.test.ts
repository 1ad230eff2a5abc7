import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c } from "../../../core/front/proxy_protocol/crc32c.ts";
import { readProxyHeader } from "../../../core/front/proxy_protocol/read_proxy_header.ts";
import { field, headerV2, IPV4, IPV6, withChecksum } from "./header_bytes.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

const end = (address: string, port: number) => ({ address, port });
const known4 = { source: end("192.0.2.1", 56324), destination: end("198.51.100.9", 443) };
const known6 = { source: end("2001:db8::1", 1), destination: end("2001:db8::2", 2) };
const unknown = { source: undefined, destination: undefined };
const unix = { source: end("unix", 0), destination: end("unix", 0) };
const V1 = "PROXY TCP4 192.0.2.1 198.51.100.9 56324 443\r\n";

for (const [what, header, ends] of [
  ["version 1, IPv4", V1, known4],
  ["version 1, IPv6", "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", known6],
  [
    "version 1, IPv6 in full and upper case",
    `PROXY TCP6 2001:0DB8:${"0000:".repeat(5)}0001 2001:DB8::2 1 2\r\n`,
    known6,
  ],
  ["version 1, IPv4 as IPv6", "PROXY TCP6 ::ffff:192.0.2.1 ::ffff:c633:6409 56324 443\r\n", known4],
  ["version 1, unknown", "PROXY UNKNOWN\r\n", unknown],
  ["version 1, unknown with something to be ignored", "PROXY UNKNOWN  ffff::1 x 65536\r\n", unknown],
  [
    "version 1, the longest there is",
    `PROXY UNKNOWN ${`${"ffff:".repeat(7)}ffff `.repeat(2)}65535 65535\r\n`,
    unknown,
  ],
  [
    "version 1, ports at their bounds",
    "PROXY TCP4 192.0.2.1 198.51.100.9 0 65535\r\n",
    { source: end("192.0.2.1", 0), destination: end("198.51.100.9", 65535) },
  ],
  ["version 2, IPv4", headerV2(), known4],
  ["version 2, IPv6", headerV2({ family: 0x21, addresses: IPV6 }), known6],
  [
    "version 2, IPv4 as IPv6",
    headerV2({ family: 0x21, addresses: [...mapped(1), ...mapped(2), 0, 1, 0, 2] }),
    { source: end("192.0.2.1", 1), destination: end("192.0.2.2", 2) },
  ],
  ["version 2, Unix sockets", headerV2({ family: 0x31, addresses: new Array(216).fill(0x2f) }), unix],
  ["version 2, of no known family", headerV2({ family: 0x00, addresses: [] }), unknown],
  ["version 2, a stream of no known family", headerV2({ family: 0x01, addresses: [] }), unknown],
  [
    "version 2, of no known family with something to be ignored",
    headerV2({ family: 0x00, addresses: [1, 2, 3] }),
    unknown,
  ],
  ["version 2, the proxy's own", headerV2({ command: 0x20, family: 0x00, addresses: [] }), unknown],
  ["version 2, the proxy's own with addresses, to be ignored", headerV2({ command: 0x20 }), unknown],
  [
    "version 2, the proxy's own of a family nobody knows",
    headerV2({ command: 0x20, family: 0xf7, addresses: [1] }),
    unknown,
  ],
  [
    "version 2, fields behind the addresses",
    headerV2({ fields: field(0x01, "h2") + field(0x02, "example.org") + field(0x04, "") }),
    known4,
  ],
  ["version 2, 4096 bytes", headerV2({ fields: field(0xe0, "x".repeat(4096 - 28 - 3)) }), known4],
  ["version 2, a checksum that is right", withChecksum(), known4],
  [
    "version 2, a checksum that is right, and more behind it",
    withChecksum({ family: 0x21, addresses: IPV6, fields: field(0x02, "a.example") }),
    known6,
  ],
] as const) {
  test(`a header is read at whatever byte it is split, and what is behind it left alone: ${what}`, () => {
    const all = bytes(`${header}GET / HTTP/1.1\r\n`);
    assert.deepEqual(readProxyHeader(all), { length: header.length, ...ends });
    for (let length = 0; length < header.length; length++) {
      assert.equal(readProxyHeader(all.subarray(0, length)), undefined, `${length} bytes are not all of it`);
    }
  });
}

function mapped(last: number): number[] {
  return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last];
}

const bad = withChecksum().replace("\xc0", "\xc1");

for (const [what, header] of [
  ["an HTTP request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a TLS handshake", "\x16\x03\x01\x02\x00\x01"],
  ["lower case", V1.toLowerCase()],
  ["a space before", ` ${V1}`],
  ["version 1, a bare line feed", V1.replace("\r", "")],
  ["version 1, a bare carriage return", V1.replace("\n", "x")],
  ["version 1, a tab", V1.replace("TCP4 ", "TCP4\t")],
  ["version 1, two spaces", V1.replace("TCP4 ", "TCP4  ")],
  ["version 1, a space at the end", V1.replace("\r", " \r")],
  ["version 1, NUL", V1.replace("443", "44\0")],
  ["version 1, a byte above ASCII", V1.replace("443", "44\xb3")],
  ["version 1, no family", "PROXY \r\n"],
  ["version 1, a family nobody knows", V1.replace("TCP4", "UDP4")],
  ["version 1, a family that only begins so", V1.replace("TCP4", "UNKNOWNS")],
  ["version 1, IPv6 as TCP4", "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n"],
  ["version 1, IPv4 as TCP6", V1.replace("TCP4", "TCP6")],
  ["version 1, families mixed", V1.replace("192.0.2.1", "2001:db8::1")],
  ["version 1, an address with leading zeros", V1.replace("192.0.2.1", "192.0.02.1")],
  ["version 1, an address of three numbers", V1.replace("192.0.2.1", "192.0.513")],
  ["version 1, an address with a zone", "PROXY TCP6 fe80::1%eth0 fe80::2 1 2\r\n"],
  ["version 1, an address in brackets", "PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2\r\n"],
  ["version 1, a host name", V1.replace("192.0.2.1", "localhost")],
  ["version 1, no port", V1.replace(" 443", "")],
  ["version 1, a port too large", V1.replace("443", "65536")],
  ["version 1, a port with a leading zero", V1.replace("443", "0443")],
  ["version 1, a port with a sign", V1.replace("443", "+443")],
  ["version 1, something behind the ports", V1.replace("443", "443 x")],
  ["version 1, unknown, but 108 bytes", `PROXY UNKNOWN ${"x".repeat(92)}\r\n`],
  ["version 1, no end within 107 bytes", `PROXY UNKNOWN ${"x".repeat(93)}`],
  ["version 2, a signature that is broken off", "\r\n\r\n\0\r\nQUIP\n"],
  ["version 2, only the begin of an empty line", "\r\nGET / HTTP/1.1\r\n"],
  ["version 2, version 1", headerV2({ command: 0x11 })],
  ["version 2, version 3", headerV2({ command: 0x31 })],
  ["version 2, a command nobody knows", headerV2({ command: 0x22 })],
  ["version 2, datagrams", headerV2({ family: 0x12 })],
  ["version 2, datagrams of IPv6", headerV2({ family: 0x22, addresses: IPV6 })],
  ["version 2, datagrams of Unix sockets", headerV2({ family: 0x32, addresses: new Array(216).fill(0) })],
  ["version 2, datagrams of no known family", headerV2({ family: 0x02, addresses: [] })],
  ["version 2, no protocol", headerV2({ family: 0x10 })],
  ["version 2, a family nobody knows", headerV2({ family: 0x41 })],
  ["version 2, too short for its addresses", headerV2({ addresses: IPV4.slice(1) })],
  ["version 2, IPv6 with the addresses of IPv4", headerV2({ family: 0x21 })],
  ["version 2, over 4096 bytes", headerV2({ fields: field(0xe0, "x".repeat(4096 - 28 - 2)) })],
  ["version 2, over 4096 bytes and the proxy's own", headerV2({ command: 0x20, fields: "x".repeat(5000) })],
  ["version 2, a field that reaches over the end", headerV2({ fields: field(0x02, "abc", 4) })],
  ["version 2, a field that is cut off", headerV2({ fields: "\x02\0" })],
  ["version 2, bytes that are no field", headerV2({ fields: `${field(0x02, "abc")}x` })],
  ["version 2, a checksum that is wrong", bad],
  ["version 2, a checksum of three bytes", headerV2({ fields: field(0x03, "abc") })],
] as const) {
  test(`what is no header is refused, in a message of bounded length: ${what}`, () => {
    assert.throws(
      () => readProxyHeader(bytes(header)),
      (error: Error & { code?: string }) =>
        error.code === "malformed_proxy_header" && error.message.length < 300,
    );
  });
}

test("what cannot become a header is refused before all of it has come", () => {
  for (const begin of [
    "G",
    "PROXX",
    "PROXY TCP4 192.0.2.1\n",
    "PROXY TCP4 1\r2",
    "\r\n\r\n\0\r\nQUIT\n\x41",
    "\r\nG",
  ]) {
    assert.throws(
      () => readProxyHeader(bytes(begin)),
      { code: "malformed_proxy_header" },
      JSON.stringify(begin),
    );
  }
});

test("the checksum is CRC-32C: the check value of its catalogue, and the samples of RFC 3720 appendix B.4", () => {
  assert.equal(crc32c(bytes("123456789")), 0xe306_9283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a91_36aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8_ab43);
});
