import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { readCertificate } from "../../../core/supervisor/tls/certificate_file.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { run } from "../../support/child.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const authority = await TestCertificate.create();
const between = await authority.issue({ name: "Intermediate", isAuthority: true });
const leaf = await between.issue({ names: ["A.example", "*.b.example", "10.0.0.1", "2001:db8::1"] });
const other = await authority.issue({ names: ["other.example"], key: "rsa" });

function read(certificate: string | Uint8Array, key: string | Uint8Array) {
  using folder = new TemporaryFolder("certificate");
  const files = { certificate: folder.write("a.pem", certificate), key: folder.write("a.key", key) };
  try {
    return readCertificate(files);
  } catch (error) {
    throw new Error((error as Error).message.replaceAll(`${folder.path}/`, ""));
  }
}

test("a certificate is read with its chain, its names in lower case, and its dates", () => {
  const found = read(leaf.certificate, leaf.key);
  assert.deepEqual(found.names, ["a.example", "*.b.example", "10.0.0.1", "2001:db8::1"]);
  assert.equal(found.certificate.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.equal(found.notAfter, leaf.x509.notAfter.getTime());
  assert.equal(found.notBefore, leaf.x509.notBefore.getTime());
  assert.match(found.fingerprint256, /^[0-9a-f]{64}$/);
});

test("text around the blocks, and other blocks, do no harm", () => {
  const noise = "Certificate:\n  Data: ...\n";
  const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const windows = leaf.certificate.replaceAll("\n", "\r\n");
  assert.deepEqual(
    read(noise + windows, parameters + leaf.key).names,
    read(leaf.certificate, leaf.key).names,
  );
});

test("certificate and key may be in one file", () => {
  const both = leaf.key + leaf.certificate;
  assert.deepEqual(read(both, both).names, read(leaf.certificate, leaf.key).names);
});

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
const locked = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "secret",
});
const short = privateKey.export({ type: "pkcs8", format: "pem" });
const damaged = leaf.certificate.replace(/[A-Za-z0-9]{60}/, (line) => [...line].reverse().join(""));

const faults: [what: string, certificate: string | Uint8Array, key: string | Uint8Array, message: RegExp][] =
  [
    [
      "another's key",
      leaf.certificate,
      other.key,
      /^a\.key: this is not the key of the certificate in a\.pem$/,
    ],
    [
      "both interchanged",
      leaf.key,
      leaf.certificate,
      /^a\.pem: there is no certificate in PEM in it, but a private key: are certificate and key interchanged\?$/,
    ],
    ["an empty certificate", "", leaf.key, /^a\.pem: there is no certificate in PEM in it$/],
    ["an empty key", leaf.certificate, "", /^a\.key: there is no private key in PEM in it$/],
    [
      "a key that is a certificate",
      leaf.certificate,
      other.certificate,
      /^a\.key: there is no private key in PEM/,
    ],
    ["DER", new Uint8Array(leaf.x509.rawData), leaf.key, /^a\.pem: this is DER, not PEM/],
    ["a key with a passphrase", leaf.certificate, locked, /^a\.key: the key is protected by a passphrase/],
    ["a damaged certificate", damaged, leaf.key, /^a\.pem: certificate 1 of the file cannot be read: /],
    [
      "a damaged key",
      leaf.certificate,
      leaf.key.replace(/[A-Za-z0-9]{20}/, "AAAA"),
      /^a\.key: the key cannot be read: /,
    ],
    [
      "half a certificate",
      leaf.certificate.slice(0, 300),
      leaf.key,
      /^a\.pem: there is no certificate in PEM/,
    ],
    [
      "the chain in the wrong order",
      between.certificate + leaf.certificate,
      leaf.key,
      /^a\.pem: certificate 2 of the file must be the first one, for the key is its$/,
    ],
  ];
for (const [what, certificate, key, message] of faults) {
  test(`${what} is refused by name`, () => {
    assert.throws(() => read(certificate, key), { message });
  });
}

test("a key too short for TLS is refused", async () => {
  using folder = new TemporaryFolder("certificate");
  const key = folder.write("a.key", short);
  const certificate = join(folder.path, "a.pem");
  const made = await run("openssl", [
    "req",
    "-x509",
    "-new",
    "-key",
    key,
    "-subj",
    "/CN=a.example",
    "-days",
    "2",
    "-out",
    certificate,
  ]);
  assert.equal(made.code, 0, made.stderr);
  assert.throws(() => readCertificate({ certificate, key }), /a\.pem: TLS cannot use it: ee key too small/);
});

test("files that are missing or may not be read are named", (t) => {
  using folder = new TemporaryFolder("certificate");
  leaf.write(folder, "a");
  const files = { certificate: join(folder.path, "a.pem"), key: join(folder.path, "a.key") };
  assert.throws(() => readCertificate({ ...files, key: "/nowhere.key" }), {
    message: "/nowhere.key: there is no such file",
  });
  assert.throws(() => readCertificate({ ...files, key: folder.path }), /it is not a regular file/);
  execFileSync("mkfifo", [join(folder.path, "fifo")]);
  const fifo = { ...files, key: join(folder.path, "fifo") };
  assert.throws(
    () => readCertificate(fifo),
    /fifo: it is not a regular file/,
    "and nobody waits for a writer",
  );
  if (process.getuid?.() === 0) return t.diagnostic("root may read everything");
  chmodSync(files.key, 0);
  assert.throws(() => readCertificate(files), /permission to read it is denied/);
});
