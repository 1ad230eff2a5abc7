import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkRequest } from "./check_message.ts";
import { parseRequest, readMessage } from "./codec_message.ts";
import { fuzzCodec } from "./fuzz_codec.ts";
import { Random } from "./random.ts";
import { validRequest } from "./structures.ts";

const INPUTS = 10_000;

for (const [what, seed] of [
  ["the same ones each time", 1],
  ["others each time", (Math.random() * 2 ** 31) | 0],
] as const) {
  test(`${INPUTS} mutated messages, ${what}: splits change nothing, what is accepted reads the same again`, (t) => {
    const report = fuzzCodec(INPUTS, seed);
    t.diagnostic(`seed ${seed}: ${JSON.stringify(report)}`);
    assert.ok(report.accepted > INPUTS / 20 && report.refused > INPUTS / 20, "both kinds are among them");
  });
}

test("what the grammar allows is read as it was meant, or refused for its path", () => {
  let read = 0;
  fc.assert(
    fc.property(validRequest, fc.nat(), ({ wire, body, method, fields }, seed) => {
      const bytes = Buffer.from(wire, "latin1");
      const message = checkRequest(bytes, new Random(seed));
      if (message.head === "refused") {
        // Only paths have rules besides the grammar.
        assert.throws(
          () => parseRequest(wire.slice(0, wire.indexOf("\r\n\r\n") + 4)),
          /request path|over \d+ bytes|fields/,
        );
        return;
      }
      read++;
      assert.deepEqual([message.body, message.end, message.surplus], [body.text, "complete", 0]);
      const { head } = parseRequest(wire.slice(0, wire.indexOf("\r\n\r\n") + 4)).request;
      assert.equal(head.method, method);
      for (const [name, text] of fields) {
        assert.ok(head.headers.getAll(name.toLowerCase()).includes(text.replace(/^[ \t]+|[ \t]+$/g, "")));
      }
    }),
    { numRuns: 1_500 },
  );
  assert.ok(read > 500, `${read} were read`);
});

test("any bytes behind any others are read the same however they are split", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(bytes, fc.nat(), (noise, seed) => {
      checkRequest(Buffer.from(noise), new Random(seed));
      const head = Buffer.from("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
      const whole = Buffer.concat([head, noise]);
      const message = readMessage([whole], parseRequest);
      for (let at = head.length; at < whole.length; at++) {
        assert.deepEqual(readMessage([whole.subarray(0, at), whole.subarray(at)], parseRequest), message);
      }
    }),
    { numRuns: 1_000 },
  );
});
