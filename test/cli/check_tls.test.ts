import assert from "node:assert/strict";
import { test } from "node:test";
import { TestCertificate } from "../support/certificates.ts";
import { folderWith, lodestone } from "./run_lodestone.ts";

const authority = await TestCertificate.create();
const a = await authority.issue({ names: ["a.example"] });
const b = await authority.issue({ names: ["b.example"] });

const CONFIG = `listen: [{ address: "127.0.0.1:0", tls: true }]
tls:
  certificates:
    - certificate: a.pem
      key: a.key
    - certificate: b.pem
      key: a.key
  clientAuthorities: none.pem
  clientCertificates: request
sites: [{ scripts: [site.ts] }]
`;
const files = {
  "lodestone.yaml": CONFIG,
  "site.ts": "export default () => 204;\n",
  "a.pem": a.certificate,
  "a.key": a.key,
  "b.pem": b.certificate,
  "none.pem": "hello\n",
};

for (const command of ["check", "serve"]) {
  test(`${command} tells which certificate cannot be used, where it is configured, and why`, async (t) => {
    const cwd = folderWith(t, files);
    const { code, stdout, stderr } = await lodestone(t, [command], { cwd });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^lodestone\.yaml:7:12: \S+\/a\.key: this is not the key of the certificate in \S+\/b\.pem\n {8}key: a\.key\n {13}\^\n/m,
    );
    assert.match(stderr, /^lodestone\.yaml:8:22: \S+\/none\.pem: there is no certificate in PEM in it\n/m);
    assert.equal(stderr.match(/lodestone\.yaml:/g)?.length, 2, stderr);
  });
}

test("check finds nothing wrong with certificates that fit", async (t) => {
  const config = CONFIG.replace("certificate: b.pem", "certificate: a.pem").replace("none.pem", "a.pem");
  const cwd = folderWith(t, { ...files, "lodestone.yaml": config });
  const { code, stderr } = await lodestone(t, ["check", "--no-types"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
});

test("a listener with TLS needs a certificate, and required client certificates need authorities", async (t) => {
  const cwd = folderWith(t, {
    ...files,
    "lodestone.yaml":
      'listen: [{ address: "127.0.0.1:0", tls: true }]\ntls: { clientCertificates: require }\nsites: [{ scripts: [site.ts] }]\n',
  });
  const { code, stderr } = await lodestone(t, ["check"], { cwd });
  assert.equal(code, 1);
  assert.match(stderr, /^lodestone\.yaml:1:\d+: TLS needs a certificate: add "tls\.certificates"/m);
  assert.match(
    stderr,
    /^lodestone\.yaml:2:\d+: to require client certificates "tls\.clientAuthorities" is needed/m,
  );
});
