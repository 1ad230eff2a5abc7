import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import tls from "node:tls";
import { TicketKeys } from "../../../core/supervisor/tls/ticket_keys.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { until } from "../../support/until.ts";
import { answer } from "../start_front.ts";
import { startTlsFront, type TlsFront } from "./start_tls_front.ts";

const authority = await TestCertificate.create();
const certificates = [await authority.issue({ names: ["127.0.0.1"] })];

async function visit(
  front: TlsFront,
  session?: Buffer,
  version: tls.SecureVersion = "TLSv1.3",
): Promise<{ session: Buffer; resumed: boolean }> {
  const socket = tls.connect({
    host: "127.0.0.1",
    port: front.port,
    ca: [authority.certificate],
    minVersion: version,
    maxVersion: version,
    ...(session === undefined ? {} : { session }),
  });
  let given = session;
  socket.on("session", (next: Buffer) => {
    given = next;
  });
  const [resumed] = await once(socket, "secureConnect").then(() => [socket.isSessionReused()]);
  socket.resume();
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await once(socket, "close");
  return { session: given!, resumed: resumed! };
}

test("with new keys old sessions cost a whole handshake, and new ones go on", async (t) => {
  const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), { certificates });
  const { session: old } = await visit(front);
  assert.equal((await visit(front, old)).resumed, true);
  const keys = new TicketKeys(50);
  t.after(() => keys.close());
  const first = keys.current;
  const unfollow = keys.follow((replaced) => front.contexts.replaceTicketKeys(replaced));
  await until("the keys are replaced", () => keys.current !== first);
  unfollow();
  const { session, resumed } = await visit(front, old);
  assert.equal(resumed, false);
  assert.notDeepEqual(session, old);
  assert.equal((await visit(front, session)).resumed, true);
});

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`a session of ${version} ends with sessionTimeout, however often it is taken up`, async (t) => {
    const front = await startTlsFront(t, (incoming) => answer(incoming, "ok"), {
      certificates,
      tls: { sessionTimeout: 2000 },
    });
    const { session } = await visit(front, undefined, version);
    assert.equal((await visit(front, session, version)).resumed, true);
    await until("it is over", async () => !(await visit(front, session, version)).resumed, { every: 200 });
  });
}
