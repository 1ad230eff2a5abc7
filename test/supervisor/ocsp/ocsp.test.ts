import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import { ExtendedKeyUsage } from "@peculiar/x509";
import { fetchOcsp } from "../../../core/supervisor/ocsp/ocsp_fetch.ts";
import { ocspRequest } from "../../../core/supervisor/ocsp/ocsp_request.ts";
import { checkOcspResponse } from "../../../core/supervisor/ocsp/ocsp_response.ts";
import { OcspStapler } from "../../../core/supervisor/ocsp/ocsp_stapler.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { keptLog } from "../../support/kept_log.ts";
import { OcspResponder as Responder } from "../../support/ocsp_responder.ts";
import { until } from "../../support/until.ts";

const DAY = 86_400_000;
const NEVER = new AbortController().signal;

function parsed(responder: Responder, made: TestCertificate) {
  const [certificate, issuer] = [made, responder.authority].map(
    ({ x509 }) => new X509Certificate(x509.toString("pem")),
  );
  return { certificate: certificate!, issuer: issuer! };
}

async function issuedElsewhere(t: TestContext) {
  const responder = await Responder.start(t);
  return parsed(responder, await responder.issue("V"));
}

test("a good certificate has a response that may be stapled for as long as it holds", async (t) => {
  const responder = await Responder.start(t);
  const { certificate, issuer } = parsed(responder, await responder.issue("V"));
  const der = await fetchOcsp(responder.url, ocspRequest(certificate, issuer), NEVER);
  const now = Date.now();
  const response = checkOcspResponse(der, certificate, issuer, now);
  assert.equal(response.der, der);
  assert.ok(Math.abs(response.thisUpdate - now) < 10_000);
  assert.ok(Math.abs(response.nextUpdate - now - 7 * DAY) < 10_000);
  assert.throws(() => checkOcspResponse(der, certificate, issuer, now + 8 * DAY), /the response held until/);
  assert.throws(() => checkOcspResponse(der, certificate, issuer, now - DAY), /the response holds from/);
});

test("a responder that the issuer has appointed is believed, another one is not", async (t) => {
  for (const [usage, isBelieved] of [
    [[ExtendedKeyUsage.ocspSigning], true],
    [[ExtendedKeyUsage.serverAuth], false],
  ] as const) {
    const responder = await Responder.start(t, usage);
    const { certificate, issuer } = parsed(responder, await responder.issue("V"));
    const der = await fetchOcsp(responder.url, ocspRequest(certificate, issuer), NEVER);
    const check = () => checkOcspResponse(der, certificate, issuer, Date.now());
    if (isBelieved) assert.equal(check().der, der);
    else assert.throws(check, /not signed by the certificate's issuer/);
  }
});

test("one that only calls itself appointed, by an authority of the same name, is not believed", async (t) => {
  const responder = await Responder.start(t);
  const { certificate, issuer } = parsed(responder, await responder.issue("V"));
  const impostor = await TestCertificate.create();
  assert.equal(impostor.x509.subject, responder.authority.x509.subject);
  const usage = [ExtendedKeyUsage.ocspSigning];
  responder.signWith(await impostor.issue({ name: "responder", usage }));
  const der = responder.answer(Buffer.from(ocspRequest(certificate, issuer)));
  const notSigned = /not signed by the certificate's issuer/;
  assert.throws(() => checkOcspResponse(der, certificate, issuer, Date.now()), notSigned);
  // What it appoints, whoever that is, is no other certificate than that of the issuer.
  responder.signWith(
    await (await responder.authority.issue({ name: "between", isAuthority: true })).issue({ usage }),
  );
  const indirect = responder.answer(Buffer.from(ocspRequest(certificate, issuer)));
  assert.throws(() => checkOcspResponse(indirect, certificate, issuer, Date.now()), notSigned);
});

test("one that was appointed is believed while its own certificate is valid", async (t) => {
  const responder = await Responder.start(t);
  const { certificate, issuer } = parsed(responder, await responder.issue("V"));
  const request = Buffer.from(ocspRequest(certificate, issuer));
  const usage = [ExtendedKeyUsage.ocspSigning];
  const now = Date.now();
  for (const [from, to, at, isBelieved] of [
    [-1, 2, now, true],
    [-1, 2, now + 1.9 * DAY, true],
    // The response itself holds for seven days.
    [-1, 2, now + 2.1 * DAY, false],
    [1, 90, now, false],
    [1, 90, now + 1.1 * DAY, true],
    // Clocks may differ by five minutes.
    [4 / 1440, 90, now, true],
    [7 / 1440, 90, now, false],
  ] as const) {
    responder.signWith(await responder.authority.issue({ name: "responder", usage, from, to }));
    const der = responder.answer(request);
    const check = () => checkOcspResponse(der, certificate, issuer, at);
    if (isBelieved) assert.equal(check().der, der, `from day ${from} to ${to}`);
    else assert.throws(check, /not signed by the certificate's issuer/, `from day ${from} to ${to}`);
  }
});

test("what a client would refuse is never stapled", async (t) => {
  const responder = await Responder.start(t);
  const revoked = parsed(responder, await responder.issue("R"));
  const other = parsed(responder, await responder.issue("V"));
  const stranger = await issuedElsewhere(t);
  const ask = async (certificate: X509Certificate, issuer: X509Certificate) =>
    await fetchOcsp(responder.url, ocspRequest(certificate, issuer), NEVER);
  const check = (der: Buffer, { certificate, issuer }: typeof other) =>
    checkOcspResponse(der, certificate, issuer, Date.now());
  const answer = await ask(other.certificate, other.issuer);
  assert.throws(() => check(Buffer.from(answer), revoked), /about another certificate/);
  assert.throws(() => check(Buffer.from(answer), stranger), /not signed by the certificate's issuer/);
  const forged = Buffer.from(answer);
  // A digit of the time at which it was made.
  forged[forged.indexOf(Buffer.from([0x18, 0x0f])) + 15]! ^= 1;
  assert.throws(() => check(forged, other), /not signed by the certificate's issuer/);
  const revokedAnswer = await ask(revoked.certificate, revoked.issuer);
  assert.throws(() => check(revokedAnswer, revoked), /has been revoked/);
  const unknown = await ask(stranger.certificate, stranger.issuer);
  assert.throws(() => check(unknown, stranger));
  for (const rubbish of ["", "rubbish", "\x30\x03\x0a\x01\x06"]) {
    assert.throws(() => check(Buffer.from(rubbish, "latin1"), other));
  }
});

test("a stapler keeps what it has when the responder fails, and asks again", async (t) => {
  const responder = await Responder.start(t);
  const { certificate, issuer } = parsed(responder, await responder.issue("V"));
  const { logger, lines } = keptLog<{ msg: string; reason: string }>("warn");
  const changes: (Buffer | undefined)[] = [];
  const stapler = new OcspStapler({ logger, changed: (_, response) => changes.push(response) });
  t.after(() => stapler.close());

  responder.instead = { status: 500, body: "out of order" };
  stapler.watch([{ certificate, issuer }]);
  await until("the failure is in the log", () => lines.length === 1);
  assert.match(`${lines[0]!.msg} ${lines[0]!.reason}`, /no OCSP response .* the responder answers with 500/);
  assert.equal(stapler.responses.size, 0);

  responder.instead = undefined;
  stapler.watch([]);
  stapler.watch([{ certificate, issuer }]);
  await until("the response is there", () => changes.length === 1);
  assert.deepEqual([...stapler.responses.values()], changes);
  const asked = responder.requests;
  stapler.watch([{ certificate, issuer }]);
  assert.deepEqual([...stapler.responses.values()], changes);
  assert.equal(responder.requests, asked, "a certificate that stays is not asked about again");
});

test("a response longer than any real one is not read to its end", async (t) => {
  const responder = await Responder.start(t);
  responder.instead = { status: 200, body: Buffer.alloc(1_000_000) };
  await assert.rejects(fetchOcsp(responder.url, new Uint8Array(), NEVER), /longer than 65536 bytes/);
});
