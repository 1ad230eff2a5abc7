import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../support/child.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { OcspResponder } from "../support/ocsp_responder.ts";
import { until } from "../support/until.ts";

/** What OpenSSL says of the response that came with the handshake. */
async function stapled(lodestone: Lodestone, version: string): Promise<string> {
  const { port } = new URL(lodestone.address);
  const parameters = [
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    "-servername",
    "a.test",
    "-status",
    version,
  ];
  const authority = ["-CAfile", join(lodestone.folder.path, "ca.pem")];
  const { stdout } = await run("openssl", [...parameters, ...authority], { input: "" });
  assert.match(stdout, /Verify return code: 0 \(ok\)/);
  return stdout;
}

test("certificates that name a responder come with its word that they are good, renewed ones too", async (t) => {
  const responder = await OcspResponder.start(t);
  const [made, renewed] = [await responder.issue("V"), await responder.issue("V")];
  const chain = (certificate: string): string => certificate + responder.authority.certificate;
  await using lodestone = await startLodestone({
    listen: "[{ address: '127.0.0.1:0', tls: true }]",
    config:
      "workers: 2\ntls: { certificates: [{ certificate: a.pem, key: a.key }] }\n" +
      "sites: [{ hosts: ['*'], scripts: [site.js] }]\n",
    scripts: { "site.js": "export default () => 204;" },
    files: {
      "a.pem": chain(made.certificate),
      "a.key": made.key,
      "ca.pem": responder.authority.certificate,
    },
  });
  for (const version of ["-tls1_2", "-tls1_3"]) {
    await until(`a staple with ${version}`, async () => {
      const said = await stapled(lodestone, version);
      return /OCSP Response Status: successful[\s\S]*Cert Status: good/.test(said);
    });
  }
  lodestone.folder.write("a.pem", chain(renewed.certificate));
  lodestone.folder.write("a.key", renewed.key);
  const { serialNumber } = renewed.x509;
  await until("a staple of the renewed certificate", async () => {
    const said = await stapled(lodestone, "-tls1_3");
    const number = /Serial Number: ([0-9A-F]+)\n[\s\S]*Cert Status: good/.exec(said)?.[1];
    return number?.toLowerCase() === serialNumber.toLowerCase();
  });
});

test("a revoked certificate is served without a staple, and the log says why", async (t) => {
  const responder = await OcspResponder.start(t);
  const made = await responder.issue("R");
  await using lodestone = await startLodestone({
    listen: "[{ address: '127.0.0.1:0', tls: true }]",
    config:
      "workers: 1\ntls: { certificates: [{ certificate: a.pem, key: a.key }] }\n" +
      "sites: [{ hosts: ['*'], scripts: [site.js] }]\n",
    scripts: { "site.js": "export default () => 204;" },
    files: {
      "a.pem": made.certificate + responder.authority.certificate,
      "a.key": made.key,
      "ca.pem": responder.authority.certificate,
    },
  });
  const line = await lodestone.waitForLog(({ msg }) => msg === "no OCSP response for a certificate");
  assert.equal(line.reason, "the certificate has been revoked");
  assert.match(await stapled(lodestone, "-tls1_3"), /OCSP response: no response sent/);
});
