import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { TrustedProxies } from "../../../core/front/forwarded/trusted_proxies.ts";
import type { Incoming } from "../../../core/http/incoming.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { openTls } from "../../support/tls_client.ts";
import { answer, startFront } from "../start_front.ts";
import { startTlsFront } from "../tls/start_tls_front.ts";

const authority = await TestCertificate.create();
const certificates = [await authority.issue({ names: ["127.0.0.1"] })];

/** Who the client is, whether it speaks TLS, and whether anything more is known of that. */
function tell({ client }: Incoming): string {
  return `${client.address} ${client.tls} ${client.details?.version ?? "-"}`;
}

/** Asks a listener that trusts this client, over TLS or without. */
async function ask(
  t: TestContext,
  proxies: TrustedProxies,
  isSecure: boolean,
  fields: string,
): Promise<string> {
  const request = `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n`;
  const handler = (incoming: Incoming): void => answer(incoming, tell(incoming));
  if (!isSecure) {
    const client = await (await startFront(t, handler, {}, { proxies })).connect();
    client.send(request);
    return (await client.response()).body;
  }
  const front = await startTlsFront(t, handler, { certificates, proxies });
  const socket = await openTls(front.url, { authority });
  socket.write(request);
  const received = await text(socket);
  if (!socket.closed) await once(socket, "close");
  return received.slice(received.indexOf("\r\n\r\n") + 4);
}

for (const [header, rows] of [
  [
    "x-forwarded-for",
    [
      ["no word at all", "", "127.0.0.1 false -", "127.0.0.1 true TLSv1.3"],
      ["an address only", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1 false -", "192.0.2.1 true -"],
      [
        "an address and http",
        "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n",
        "192.0.2.1 false -",
        "192.0.2.1 false -",
      ],
      [
        "an address and https",
        "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
        "192.0.2.1 true -",
        "192.0.2.1 true -",
      ],
      ["http only", "X-Forwarded-Proto: http\r\n", "127.0.0.1 false -", "127.0.0.1 false -"],
      ["https only", "X-Forwarded-Proto: https\r\n", "127.0.0.1 true -", "127.0.0.1 true -"],
      ["nonsense", "X-Forwarded-Proto: wss\r\n", "127.0.0.1 false -", "127.0.0.1 true TLSv1.3"],
    ],
  ],
  [
    "forwarded",
    [
      ["an address only", "Forwarded: for=192.0.2.1\r\n", "192.0.2.1 false -", "192.0.2.1 true -"],
      ["http", "Forwarded: for=192.0.2.1;proto=http\r\n", "192.0.2.1 false -", "192.0.2.1 false -"],
      ["https", "Forwarded: for=192.0.2.1;proto=https\r\n", "192.0.2.1 true -", "192.0.2.1 true -"],
    ],
  ],
] as const) {
  const proxies = new TrustedProxies({ trusted: ["127.0.0.1"], header });
  for (const [what, fields, plain, secure] of rows) {
    test(`where a trusted proxy says nothing of TLS, its own connection tells: ${header}, ${what}`, async (t) => {
      assert.equal(await ask(t, proxies, false, fields), plain, "without TLS");
      assert.equal(await ask(t, proxies, true, fields), secure, "over TLS");
    });
  }
}
