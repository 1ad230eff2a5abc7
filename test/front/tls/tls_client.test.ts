import "reflect-metadata";
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { SubjectAlternativeNameExtension } from "@peculiar/x509";
import type { Client } from "../../../core/http/incoming.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { openTls } from "../../support/tls_client.ts";
import { until } from "../../support/until.ts";
import { answer } from "../start_front.ts";
import { startTlsFront } from "./start_tls_front.ts";

const authority = await TestCertificate.create();
const certificates = [await authority.issue({ names: ["127.0.0.1"] })];

/** What the listener knows of a client with that certificate, whose connection is open, and how to end it. */
async function connect(t: TestContext, own?: TestCertificate) {
  const clients: Client[] = [];
  const front = await startTlsFront(
    t,
    (incoming) => {
      clients.push(incoming.client);
      answer(incoming, "ok");
    },
    { certificates, clientAuthorities: authority, tls: { clientCertificates: "request" } },
  );
  const socket = await openTls(front.url, { authority, own });
  t.after(() => socket.destroy());
  socket.resume();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await until("the request is there", () => clients.length === 1);
  const leave = async (): Promise<void> => {
    socket.destroy();
    await once(socket, "close");
    await until("the connection is closed", () => front.listener.connections === 0);
  };
  return { client: clients[0]!, leave };
}

test("of a certificate's names scripts see the first hundred, and of each text the first thousand characters", async (t) => {
  const own = await authority.issue({
    name: `client${"x".repeat(1_500)}`,
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: "url", value: `https://a.example/${"x".repeat(1_500)}` },
        ...Array.from({ length: 120 }, (_, n) => ({ type: "dns" as const, value: `n${n}.example` })),
      ]),
    ],
  });
  const { client } = await connect(t, own);
  const { names, subject, verified } = client.details!.certificate!;
  assert.equal(verified, true);
  assert.deepEqual([names.length, names[0]!.length], [100, 1_000]);
  assert.deepEqual([names[1], names[99]], ["n0.example", "n98.example"]);
  assert.equal(subject, `CN=client${"x".repeat(991)}`);
});

test("the text of it is ASCII and says the same", async (t) => {
  const own = await authority.issue({ name: "Zoë 日本 \u{1f511} \u007f" });
  const { client } = await connect(t, own);
  const { details, detailsText } = client;
  assert.match(details!.certificate!.subject, /^CN=Zoë 日本 \u{1f511}/u);
  assert.match(detailsText!, /^[\x20-\x7e]*$/);
  assert.deepEqual(JSON.parse(detailsText!), details);
});

test("it is looked at once, and known beyond the connection's end to those who have asked before", async (t) => {
  const { client, leave } = await connect(t);
  const { details, detailsText } = client;
  assert.equal(details!.version, "TLSv1.3");
  await leave();
  assert.equal(client.details, details);
  assert.equal(client.detailsText, detailsText);
});

test("to those who ask later a connection that has ended is of no version and no cipher", async (t) => {
  const { client, leave } = await connect(t);
  await leave();
  assert.deepEqual(client.details, { version: "", cipher: "", resumed: false });
});
