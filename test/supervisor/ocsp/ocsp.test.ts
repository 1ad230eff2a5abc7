import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { type TestContext, test } from "node:test";
import { ExtendedKeyUsage } from "@peculiar/x509";
import { createLogger } from "../../../core/observe/logger.ts";
import { fetchOcsp } from "../../../core/supervisor/ocsp/ocsp_fetch.ts";
import { ocspRequest } from "../../../core/supervisor/ocsp/ocsp_request.ts";
import { checkOcspResponse } from "../../../core/supervisor/ocsp/ocsp_response.ts";
import { OcspStapler } from "../../../core/supervisor/ocsp/ocsp_stapler.ts";
import type { TestCertificate } from "../../support/certificates.ts";
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
  const lines: { msg: string; reason: string }[] = [];
  const logger = createLogger({ level: "warn", access: false }, {}, {
    write: (line: string) => void lines.push(JSON.parse(line)),
  } as never);
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
