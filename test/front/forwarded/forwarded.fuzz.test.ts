import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { forwardedClient } from "../../../core/front/forwarded/forwarded_element.ts";
import { forwardedFor } from "../../../core/front/forwarded/forwarded_for.ts";
import { readProxyHeader } from "../../../core/front/proxy_protocol/read_proxy_header.ts";
import { AddressRanges } from "../../../core/http/address_ranges.ts";
import { HttpError } from "../../../core/http/http_error.ts";
import { headerV2, IPV6, withChecksum } from "../proxy_protocol/header_bytes.ts";

const trusted = new AddressRanges(["10.0.0.0/8", "2001:db8:1::/48"]);
const trusts = (address: string): boolean => trusted.has(address);

/** Whatever a client may write into a field: pieces that mean something, among anything. */
const claim = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "for=",
        '"',
        '\\"',
        "\\",
        ",",
        ";",
        "10.0.0.1",
        "6.6.6.6",
        "[2001:db8:1::1]",
        ":80",
        " ",
        "proto=https",
        "unknown",
        "_x",
        "=",
      ),
      fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/[^\t -~\x80-\xff]/g, "")),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

test("whatever a client has written before it, the entry of the trusted proxy says who the client is", () => {
  fc.assert(
    fc.property(claim, fc.boolean(), (text, passes) => {
      const [one, two] = passes ? [", 10.0.0.7", ", for=10.0.0.7"] : ["", ""];
      assert.deepEqual(forwardedFor(`${text}, 192.0.2.1:99${one}`, trusts), {
        address: "192.0.2.1",
        port: 99,
      });
      assert.deepEqual(forwardedClient(`${text}, for="192.0.2.1:99";proto=https${two}`, trusts), {
        address: "192.0.2.1",
        port: 99,
        tls: true,
      });
    }),
    { numRuns: 3_000 },
  );
});

test("a field that is nothing but a client's invention never throws, and names an address or nobody", () => {
  fc.assert(
    fc.property(claim, (text) => {
      for (const found of [forwardedFor(text, trusts), forwardedClient(text, trusts)]) {
        if (found !== undefined) assert.match(found.address, /^[0-9a-f.:]+$/);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("long fields are read in little time", () => {
  const many = 60_000;
  const fields = [
    " ".repeat(many),
    '"'.repeat(many),
    "\\".repeat(many),
    ",".repeat(many),
    '\\"'.repeat(many / 2),
  ];
  fields.push(
    `for=1.2.3.4${" ".repeat(many)}x`,
    `for="${"\\".repeat(many)}"`,
    ";".repeat(many),
    "for=".repeat(many / 4),
  );
  fields.push("10.0.0.1,".repeat(many / 9), "for=10.0.0.1,".repeat(many / 13), `${"a".repeat(many)}=b`);
  const began = performance.now();
  for (const field of fields) {
    forwardedFor(field, trusts);
    forwardedClient(field, trusts);
  }
  const milliseconds = performance.now() - began;
  assert.ok(milliseconds < 1_000, `${milliseconds} ms`);
});

/** What becomes of bytes that come one more at a time, up to the first that decides. */
function outcomeOf(bytes: Buffer): string {
  for (let length = 0; length <= bytes.length; length++) {
    try {
      const header = readProxyHeader(bytes.subarray(0, length));
      if (header !== undefined) return JSON.stringify(header);
    } catch (error) {
      assert.ok(error instanceof HttpError, String(error));
      assert.ok(error.message.length < 300);
      return "refused";
    }
  }
  return "more";
}

test("bytes before HTTP become the same header, or none, however they are split", () => {
  const good = [
    "PROXY TCP4 192.0.2.1 198.51.100.9 56324 443\r\n",
    "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n",
    "PROXY UNKNOWN\r\n",
    headerV2(),
    withChecksum({ family: 0x21, addresses: IPV6 }),
  ].map((text) => Buffer.from(`${text}GET / HTTP/1.1\r\n\r\n`, "latin1"));
  const mutated = fc
    .record({
      base: fc.constantFrom(...good),
      changes: fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }),
      cut: fc.nat(120),
    })
    .map(({ base, changes, cut }) => {
      const bytes = Buffer.from(base.subarray(0, Math.max(1, cut)));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(mutated, (bytes) => {
      const whole = ((): string => {
        try {
          const header = readProxyHeader(bytes);
          return header === undefined ? "more" : JSON.stringify(header);
        } catch {
          return "refused";
        }
      })();
      assert.equal(outcomeOf(bytes), whole);
    }),
    { numRuns: 3_000 },
  );
});
