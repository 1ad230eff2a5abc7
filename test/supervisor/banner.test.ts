import assert from "node:assert/strict";
import { test } from "node:test";
import type { SiteConfig } from "../../core/config/config.ts";
import { bannerText } from "../../core/supervisor/banner.ts";
import { testConfig, testListener } from "../support/test_config.ts";

function banner(sites: number): string[] {
  const config = {
    listen: [],
    sites: Array.from(
      { length: sites },
      (_, i) =>
        ({ name: `s${i}.test`, hosts: [`s${i}.test`], scripts: [`/a/${i}.ts`] }) as unknown as SiteConfig,
    ),
    workers: 1,
    dev: false,
    trace: { secret: undefined },
  };
  const text = bannerText(config as never, [{ kind: "tcp", host: "127.0.0.1", port: 8080 }]);
  return text.split("\n").filter((line) => /site/.test(line));
}

test("a few sites are named each", () => {
  assert.deepEqual(banner(2), ["site s0.test for s0.test: 0.ts", "site s1.test for s1.test: 1.ts"]);
  assert.equal(banner(12).length, 12);
});

test("of many sites the first ones stand for all", () => {
  const lines = banner(1000);
  assert.equal(lines.length, 11);
  assert.equal(lines.at(-1), "and 990 more sites");
});

test("addresses with TLS are URLs of https", () => {
  const address = { kind: "tcp", host: "127.0.0.1", port: 8443 } as const;
  const config = testConfig({ listen: [testListener(address, { tls: true })] });
  const lines = bannerText(config, [address]).split("\n");
  assert.equal(lines[0], "listening on https://127.0.0.1:8443");
  assert.ok(lines.includes("Try https://127.0.0.1:8443/"), lines.join("\n"));
});

test("listeners where nobody at a shell gets an answer are told apart, and not to be tried", () => {
  const address = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port }) as const;
  const config = testConfig({
    listen: [
      testListener(address(80), { redirect: 443 }),
      testListener(address(81), { redirect: 8443, proxyProtocol: ["10.0.0.0/8", "unix"] }),
      testListener(address(82)),
    ],
  });
  const lines = bannerText(config, [address(80), address(81), address(82)]).split("\n");
  assert.deepEqual(lines.slice(0, 3), [
    "listening on http://127.0.0.1:80 (redirects to https)",
    "listening on http://127.0.0.1:81 (redirects to https on port 8443; PROXY headers from 10.0.0.0/8, unix)",
    "listening on http://127.0.0.1:82",
  ]);
  assert.ok(lines.includes("Try http://127.0.0.1:82/"), lines.join("\n"));
});
