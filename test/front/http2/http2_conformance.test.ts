import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { request } from "../../support/http2_frames.ts";
import { RawHttp2 } from "../../support/raw_http2.ts";
import { answer, eventually, type Front, frontOptions, readBody, startFront } from "../start_front.ts";
import { BEGINNINGS, PROBES, type Probe } from "./conformance_probes.ts";
import { openRaw, portOf } from "./http2_client.ts";

/** `/never` waits, everything else has its body echoed. */
async function start(t: TestContext): Promise<Front> {
  const { http2 } = frontOptions({ handler: () => {}, timers: undefined as never });
  return await startFront(
    t,
    (incoming) => {
      if (incoming.head.path === "/never") return;
      readBody(incoming.body).then(
        (body) => answer(incoming, body),
        () => {},
      );
    },
    {},
    { http2: { ...http2, streams: 4 } },
  );
}

async function check(t: TestContext, probe: Probe): Promise<void> {
  const front = await start(t);
  const client = await openRaw(t, front.listener);
  await probe.send(client);
  const goesOn = await client.answers();
  const outcome = client.outcome(probe.stream);
  const { outcomes } = probe;
  const isAllowed = outcomes.includes(outcome ?? "nothing") || (outcomes.includes("answers") && goesOn);
  assert.ok(isAllowed, `${outcome}, and the connection ${goesOn ? "goes on" : "ends"}`);
  // Whatever happened to this one, there is room for others.
  const other = await openRaw(t, front.listener);
  other.request(1, request());
  assert.equal(await other.settled(), "200");
}

describe("RFC 9113, frame by frame", { concurrency: 8 }, () => {
  for (const probe of PROBES) {
    const { section, what, left } = probe;
    it(`${section}: ${what}`, left === undefined ? {} : { todo: left }, (t) => check(t, probe));
  }

  for (const { what, bytes } of BEGINNINGS) {
    it(`3.4: ${what} ends the connection`, async (t) => {
      const front = await start(t);
      const client = await RawHttp2.connect(portOf(front.listener));
      t.after(() => client.socket.destroy());
      client.acknowledges = false;
      client.write(bytes);
      await eventually(() => client.closed, "the connection ends");
    });
  }
});
