import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { run } from "../support/child.ts";
import { folderWith, lodestone } from "./run_lodestone.ts";

/** A server that shows the certificate; its port. */
async function serveOnce(t: TestContext, cert: Buffer, key: Buffer): Promise<number> {
  const server = createServer({ cert, key }, (_, response) => response.end("trusted")).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

test("cert makes a certificate for this machine that clients may be told to trust", async (t) => {
  const cwd = folderWith(t, {});
  const { code, stdout, stderr } = await lodestone(t, ["cert"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /certificates:\n {4}- \{ certificate: \.\/certificate\.pem, key: \.\/key\.pem \}/);
  const cert = readFileSync(join(cwd, "certificate.pem"));
  const key = readFileSync(join(cwd, "key.pem"));
  assert.equal(statSync(join(cwd, "key.pem")).mode & 0o777, 0o600);
  const certificate = new X509Certificate(cert);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(key)));
  assert.equal(certificate.ca, false);
  assert.ok(certificate.checkHost("localhost"));
  for (const ip of ["127.0.0.1", "::1"]) assert.ok(certificate.checkIP(ip), ip);
  assert.equal(certificate.checkHost("example.org"), undefined);

  const url = `https://localhost:${await serveOnce(t, cert, key)}/`;
  const trusting = await run("curl", ["--silent", "--cacert", "certificate.pem", url], { cwd });
  assert.equal(trusting.stdout, "trusted");
  const doubting = await run("curl", ["--silent", url], { cwd });
  assert.equal(doubting.code, 60);
});

test("cert makes a certificate for the names it is given", async (t) => {
  const cwd = folderWith(t, {});
  const names = ["shop.test", "*.shop.test", "192.0.2.1"];
  const { code, stdout } = await lodestone(t, ["cert", ...names, "--out", "tls", "--days", "30"], { cwd });
  assert.equal(code, 0);
  const [, shown] = /curl (.*)/.exec(stdout)!;
  assert.equal(
    shown,
    "--cacert ./tls/certificate.pem --connect-to shop.test:8443:127.0.0.1:8443 https://shop.test:8443/",
  );
  const files = ["certificate", "key"].map((name) => readFileSync(join(cwd, `tls/${name}.pem`)));
  const port = await serveOnce(t, files[0]!, files[1]!);
  const parameters = shown!.replace("127.0.0.1:8443", `127.0.0.1:${port}`).split(" ");
  assert.equal((await run("curl", ["--silent", ...parameters], { cwd })).stdout, "trusted");
  const certificate = new X509Certificate(readFileSync(join(cwd, "tls/certificate.pem")));
  assert.equal(certificate.subjectAltName, "DNS:shop.test, DNS:*.shop.test, IP Address:192.0.2.1");
  const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
  assert.ok(days > 29 && days <= 30, `${days} days`);
});

test("cert replaces nothing unless it is told to", async (t) => {
  const cwd = folderWith(t, { "key.pem": "mine" });
  const refused = await lodestone(t, ["cert"], { cwd });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /cannot write key\.pem: it is there already; --force replaces it/);
  assert.equal(readFileSync(join(cwd, "key.pem"), "utf8"), "mine");
  assert.equal((await lodestone(t, ["cert", "--force"], { cwd })).code, 0);
  assert.notEqual(readFileSync(join(cwd, "key.pem"), "utf8"), "mine");
});

for (const [what, parameters, message] of [
  ["no name", ["a b"], /"a b" is neither a host name/],
  ["a name too deep in stars", ["*.*.test"], /is neither a host name/],
  [
    "a certificate browsers refuse",
    ["--days", "400"],
    /--days must be a whole number from 1 to 397, got "400"/,
  ],
] as const) {
  test(`cert refuses ${what}`, async (t) => {
    const { code, stderr } = await lodestone(t, ["cert", ...parameters], { cwd: folderWith(t, {}) });
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}
