import assert from "node:assert/strict";
import test from "node:test";
import { TestCertificate } from "../../support/certificates.ts";
import { run } from "../../support/child.ts";
import { commonName, openTls, tlsRequest } from "../../support/tls_client.ts";
import { startHttps } from "./https_proxy.ts";

const authority = await TestCertificate.create();
const between = await authority.issue({ name: "Intermediate authority", isAuthority: true });
const first = await authority.issue({ names: ["first.example", "127.0.0.1"] });
const second = await between.issue({ names: ["second.example", "*.wild.example"] });
const third = await authority.issue({ names: ["deep.wild.example"], key: "rsa" });
const old = await authority.issue({ name: "old.example" });

test("each host name gets its certificate: exact, by wildcard, and the first one for all others", async () => {
  await using proxy = await startHttps({
    certificates: { first, second, third, old },
    script: "export default (request) => new Response(request.url);",
  });
  assert.match(proxy.address, /^https:/);
  const shown = async (servername: string): Promise<string> => {
    const anyName = { checkServerIdentity: () => undefined };
    const socket = await openTls(proxy.address, { authority, servername, ...anyName });
    const name = commonName(socket);
    socket.destroy();
    return name;
  };
  assert.equal(await shown("first.example"), "first.example");
  assert.equal(await shown("second.example"), "second.example");
  assert.equal(await shown("SECOND.example"), "second.example");
  assert.equal(await shown("any.wild.example"), "second.example");
  assert.equal(await shown("deep.wild.example"), "deep.wild.example");
  assert.equal(
    await shown("old.example"),
    "old.example",
    "the common name of a certificate without other names",
  );
  assert.equal(await shown("two.labels.wild.example"), "first.example");
  assert.equal(await shown("wild.example"), "first.example");
  assert.equal(await shown("unknown.example"), "first.example");
  assert.equal(await shown(""), "first.example");
  const answer = await tlsRequest(proxy.url("/a"), { authority, servername: "second.example" });
  assert.deepEqual([answer.status, answer.text], [200, "https://second.example/a"]);
});

test("curl and openssl believe what is served", async () => {
  await using proxy = await startHttps({
    certificates: { first, second },
    files: { "ca.pem": authority.certificate },
  });
  const ca = `${proxy.folder.path}/ca.pem`;
  const { port } = new URL(proxy.address);
  const curl = await run("curl", [
    "-sS",
    "--cacert",
    ca,
    "--resolve",
    `second.example:${port}:127.0.0.1`,
    `https://second.example:${port}/`,
  ]);
  assert.deepEqual([curl.stdout, curl.stderr], ["ok", ""]);
  const s_client = [
    "s_client",
    "-connect",
    `127.0.0.1:${port}`,
    "-servername",
    "x.wild.example",
    "-CAfile",
    ca,
  ];
  const openssl = await run("openssl", [...s_client, "-verify_hostname", "x.wild.example", "-brief"], {
    input: "",
  });
  assert.match(openssl.stderr, /Verification: OK\nVerified peername: \*\.wild\.example/);
});
