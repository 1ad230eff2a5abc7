import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySource } from "../../../core/http/body.ts";
import { BytesBody } from "../../../core/http/bytes_body.ts";
import { FLAG, FRAME, frame, headers, request } from "../../support/http2_frames.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { testConfig } from "../../support/test_config.ts";
import { answer, eventually, startFront } from "../start_front.ts";
import { openSession, portOf, send } from "./http2_client.ts";

/** An event stream on which nothing happens. */
function silent(): BodySource {
  return { length: undefined, start: () => {}, resume: () => {}, cancel: () => {} };
}

test("a refused request whose client takes nothing ends in its time", async (t) => {
  const front = await startFront(t, (incoming) => answer(incoming, "ok"), {
    idleTimeout: 100,
    keepAliveTimeout: 100,
    lingerTimeout: 100,
  });
  // No byte of a body may be sent to this client (RFC 9113 section 6.5.2).
  using client = await RawHttp2.open(portOf(front.listener), [4, 0]);
  client.write(headers(1, [...request(), ["expect", "x"]] as never, 0x5));
  await eventually(() => front.refused.length === 1, "the request is refused");
  await eventually(() => front.listener.connections === 0, "the session is closed");
});

test("many responses that stay silent keep no other one waiting", async (t) => {
  const front = await startFront(
    t,
    (incoming) =>
      answer(incoming, incoming.head.path === "/events" ? silent() : new BytesBody(Buffer.from("page"))),
    {},
    { http2: { ...testConfig().http2, sessionMemory: 1_048_576 } },
  );
  const session = await openSession(t, front.listener);
  for (let i = 0; i < 40; i++) session.request({ ":path": "/events" }).on("error", () => {});
  const { status, body } = await send(session, { ":path": "/page" });
  assert.deepEqual([status, String(body)], [200, "page"]);
});

for (const method of ["HEAD", "GET"]) {
  test(`a session that an error has ended behind the answer to ${method} is closed in its time`, async (t) => {
    const front = await startFront(t, (incoming) => answer(incoming, ""), {
      idleTimeout: 100,
      keepAliveTimeout: 100,
      lingerTimeout: 100,
      halfClosedTimeout: 100,
    });
    const client = await RawHttp2.open(portOf(front.listener));
    client.write(
      headers(1, request({ ":method": method }), FLAG.endHeaders | FLAG.endStream),
      frame(FRAME.goaway, 0, 0, Buffer.alloc(8)),
      frame(FRAME.data, FLAG.endStream, 1, Buffer.alloc(10)),
    );
    await eventually(() => front.outcomes.length === 1, "it is answered");
    client.socket.destroy();
    await eventually(() => front.listener.connections === 0, "the connection is closed");
  });
}
