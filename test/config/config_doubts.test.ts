import assert from "node:assert/strict";
import { test } from "node:test";
import { configDoubts } from "../../core/config/config_doubts.ts";
import { testConfig, testListener } from "../support/test_config.ts";

const tcp = (port: number) => ({ kind: "tcp", host: "::", port }) as const;

test("whoever trusts everybody is warned", () => {
  const trusting = (trusted: string[]) =>
    configDoubts(testConfig({ proxies: { trusted, header: "x-forwarded-for" } }));
  assert.match(
    trusting(["10.0.0.0/8", "0.0.0.0/0"]).join(),
    /^proxies\.trusted has 0\.0\.0\.0\/0: whoever can connect/,
  );
  assert.equal(trusting(["::/0"]).length, 1);
  assert.deepEqual(trusting(["10.0.0.0/8", "unix"]), []);
});

test("a redirect past the ports with TLS is a doubt, unless nothing is known of TLS here", () => {
  const doubts = (...tls: number[]) =>
    configDoubts(
      testConfig({
        listen: [
          testListener(tcp(80), { redirect: 443 }),
          ...tls.map((port) => testListener(tcp(port), { tls: true })),
        ],
      }),
    );
  assert.match(doubts(7443, 7444).join(), /redirects to port 443, while TLS is spoken on 7443, 7444/);
  assert.deepEqual([doubts(), doubts(7443, 443), doubts(0)], [[], [], []]);
});
