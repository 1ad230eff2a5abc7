import assert from "node:assert/strict";
import test from "node:test";
import { TestCertificate } from "../../support/certificates.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { commonName, openTls, tlsRequest } from "../../support/tls_client.ts";

const authority = await TestCertificate.create();
const first = await authority.issue({ names: ["first.example", "127.0.0.1"] });
const second = await authority.issue({ names: ["second.example", "*.wild.example"] });
const third = await authority.issue({ names: ["deep.wild.example"], key: "rsa" });

test("each host name gets its certificate: exact, by wildcard, and the first one for all others", async () => {
  await using proxy = await startLodestone({
    listen: '[{ address: "127.0.0.1:0", tls: true }]',
    config: `
tls:
  certificates:
    - { certificate: first.pem, key: first.key }
    - { certificate: second.pem, key: second.key }
    - { certificate: third.pem, key: third.key }
sites: [{ hosts: ["*"], scripts: [site.ts] }]`,
    scripts: { "site.ts": "export default (request) => new Response(request.url);" },
    files: pems({ first, second, third }),
  });
  assert.match(proxy.address, /^https:/);
  const shown = async (servername: string): Promise<string> => {
    const socket = await openTls(proxy.address, {
      authority,
      servername,
      checkServerIdentity: () => undefined,
    });
    const name = commonName(socket);
    socket.destroy();
    return name;
  };
  assert.equal(await shown("first.example"), "first.example");
  assert.equal(await shown("second.example"), "second.example");
  assert.equal(await shown("SECOND.example"), "second.example");
  assert.equal(await shown("any.wild.example"), "second.example");
  assert.equal(await shown("deep.wild.example"), "deep.wild.example");
  assert.equal(await shown("two.labels.wild.example"), "first.example");
  assert.equal(await shown("wild.example"), "first.example");
  assert.equal(await shown("unknown.example"), "first.example");
  assert.equal(await shown(""), "first.example");
  const answer = await tlsRequest(proxy.url("/a"), { authority, servername: "second.example" });
  assert.deepEqual([answer.status, answer.text], [200, "https://second.example/a"]);
});

function pems(certificates: Record<string, TestCertificate>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(certificates).flatMap(([name, { certificate, key }]) => [
      [`${name}.pem`, certificate],
      [`${name}.key`, key],
    ]),
  );
}
