import "reflect-metadata";
import assert from "node:assert/strict";
import test from "node:test";
import { SubjectAlternativeNameExtension } from "@peculiar/x509";
import type { ClientTls } from "../../../core/http/client_tls.ts";
import { TestCertificate } from "../../support/certificates.ts";
import type { Lodestone } from "../../support/lodestone.ts";
import { startOrigin } from "../../support/origin.ts";
import { request } from "../../support/request.ts";
import { type TlsClientOptions, tlsRequest } from "../../support/tls_client.ts";
import { until } from "../../support/until.ts";
import { startHttps } from "./https_proxy.ts";

const authority = await TestCertificate.create();
const clients = await TestCertificate.create({ name: "Authority of clients" });
const a = await authority.issue({ names: ["a.example", "127.0.0.1"] });
const b = await authority.issue({ names: ["b.example"] });
const alice = await clients.issue({
  name: "alice",
  extensions: [
    new SubjectAlternativeNameExtension([
      { type: "email", value: "alice@example.org" },
      { type: "dns", value: "alice.example" },
      { type: "url", value: "spiffe://example.org/alice" },
    ]),
  ],
});
const mallory = await TestCertificate.create({ name: "mallory", isAuthority: false });
const expired = await clients.issue({ name: "bob", from: -10, to: -1 });
const script = "export default (request) => Response.json(request.client.tls ?? null);";
const files = { "clients.pem": clients.certificate };

async function seen(proxy: Lodestone, options: Omit<TlsClientOptions, "authority"> = {}): Promise<ClientTls> {
  const answer = await tlsRequest(proxy.url("/"), {
    authority,
    ...options,
    servername: options.servername ?? "a.example",
  });
  assert.equal(answer.status, 200);
  return JSON.parse(answer.text) as ClientTls;
}

test("scripts see version, cipher, name and protocol, and no certificate that nobody has asked for", async () => {
  await using proxy = await startHttps({ certificates: { a, b }, script });
  const cipher = "TLS_AES_128_GCM_SHA256";
  const plain = { version: "TLSv1.3", cipher, serverName: "a.example", alpn: "http/1.1", resumed: false };
  assert.deepEqual(await seen(proxy, { ALPNProtocols: ["http/1.1"], own: alice }), plain);
  const { alpn: _, ...withoutAlpn } = plain;
  assert.deepEqual(await seen(proxy, { servername: "B.example" }), {
    ...withoutAlpn,
    serverName: "b.example",
  });
  assert.deepEqual(await seen(proxy, { maxVersion: "TLSv1.2", servername: "" }), {
    version: "TLSv1.2",
    cipher: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    resumed: false,
  });
});

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  // The second certificate has a context of its own, which must ask for the same.
  for (const servername of ["a.example", "b.example"]) {
    const options = { servername, minVersion: version, maxVersion: version };

    test(`with "request" scripts see who it is, and decide (${version}, ${servername})`, async () => {
      await using proxy = await startHttps({
        certificates: { a, b },
        script,
        files,
        tls: "clientCertificates: request\nclientAuthorities: clients.pem",
      });
      const { certificate } = await seen(proxy, { ...options, own: alice });
      assert.deepEqual(certificate, {
        subject: "CN=alice",
        issuer: "CN=Authority of clients",
        serialNumber: alice.x509.serialNumber.toUpperCase(),
        fingerprint256: Buffer.from(await alice.x509.getThumbprint("SHA-256")).toString("hex"),
        names: ["alice@example.org", "alice.example", "spiffe://example.org/alice"],
        validFrom: alice.x509.notBefore.toISOString(),
        validTo: alice.x509.notAfter.toISOString(),
        verified: true,
      });
      assert.equal((await seen(proxy, options)).certificate, undefined);
      const unknown = (await seen(proxy, { ...options, own: mallory })).certificate;
      assert.deepEqual(
        [unknown?.subject, unknown?.verified, unknown?.reason],
        ["CN=mallory", false, "DEPTH_ZERO_SELF_SIGNED_CERT"],
      );
      const late = (await seen(proxy, { ...options, own: expired })).certificate;
      assert.deepEqual([late?.subject, late?.verified, late?.reason], ["CN=bob", false, "CERT_HAS_EXPIRED"]);
      // The authorities of the Web vouch for hosts, and the server's own for nobody.
      const server = (await seen(proxy, { ...options, own: b })).certificate;
      assert.equal(server?.verified, false);
    });

    test(`with "require" nobody comes in without a certificate of the authorities (${version}, ${servername})`, async () => {
      await using proxy = await startHttps({
        certificates: { a, b },
        script,
        files,
        tls: "clientCertificates: require\nclientAuthorities: clients.pem",
      });
      assert.equal((await seen(proxy, { ...options, own: alice })).certificate?.verified, true);
      await assert.rejects(seen(proxy, options));
      await assert.rejects(seen(proxy, { ...options, own: mallory }));
      await assert.rejects(seen(proxy, { ...options, own: expired }));
      const failed = await proxy.waitForLog(({ msg }) => msg === "TLS handshakes have failed");
      assert.equal(failed.client, "127.0.0.1");
    });
  }
}

test("authorities are renewed while serving, and sessions begun before do not count", async () => {
  const next = await TestCertificate.create({ name: "Next authority" });
  const carol = await next.issue({ name: "carol" });
  await using proxy = await startHttps({
    certificates: { a, b },
    script,
    files,
    tls: "clientCertificates: require\nclientAuthorities: clients.pem",
  });
  await assert.rejects(seen(proxy, { own: carol }));
  proxy.folder.write("clients.pem", next.certificate);
  for (const servername of ["a.example", "b.example"]) {
    await until("the new authority counts", () =>
      Promise.all(Array.from({ length: 8 }, () => seen(proxy, { own: carol, servername }))).then(
        (all) => all.every(({ certificate }) => certificate?.verified === true),
        () => false,
      ),
    );
    await assert.rejects(seen(proxy, { own: alice, servername }));
  }
  proxy.folder.write("clients.pem", "nothing");
  await proxy.waitForLog(({ msg }) => /new client authorities cannot be used/.test(String(msg)));
  assert.equal((await seen(proxy, { own: carol })).certificate?.subject, "CN=carol");
});

test("subjects of every kind cross to the script as they are", async () => {
  const name = 'Zoë "Z" <z>, \\ 日本\n\u0001';
  const odd = await clients.issue({ name });
  await using proxy = await startHttps({
    certificates: { a },
    script,
    files,
    tls: "clientCertificates: request\nclientAuthorities: clients.pem",
  });
  const subject = (await seen(proxy, { own: odd })).certificate?.subject;
  assert.match(String(subject), /^CN=/);
  assert.doesNotMatch(String(subject), /\n/);
});

test("backends are told https, and clients without TLS have no tls", async () => {
  await using origin = await startOrigin((incoming, response) => {
    response.end(
      JSON.stringify([incoming.headers["x-forwarded-proto"], incoming.headers["x-forwarded-port"]]),
    );
  });
  await using proxy = await startHttps({
    certificates: { a },
    listen: '[{ address: "127.0.0.1:0", tls: true }, "127.0.0.1:0"]',
    script:
      'export default (request) => { if (request.path === "/tls") return Response.json(request.client.tls ?? null); request.backend = "app"; };',
    config: `backends: { app: "${origin.url}" }`,
  });
  const [secure, plain] = proxy.addresses;
  const port = (url: string | undefined): string => new URL(url!).port;
  const answer = await tlsRequest(`${secure}/`, { authority, servername: "a.example" });
  assert.deepEqual(JSON.parse(answer.text), ["https", port(secure)]);
  assert.deepEqual(JSON.parse((await request(`${plain}/`)).text), ["http", port(plain)]);
  assert.equal((await request(`${plain}/tls`)).text, "null");
});
