import assert from "node:assert/strict";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";

test("Connection takes off a client's own fields before scripts see them, and nothing that a script sets", async () => {
  await using origin = await startOrigin((_, response) => response.end("fine"));
  await using lodestone = await startLodestone({
    config: `workers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts], backend: "${origin.url}" }]\n`,
    scripts: {
      "site.ts": `export default (request) => {
        request.headers.set("X-Seen", [...request.headers.keys()].join(" "));
        request.headers.set("X-User", "ada");
        request.headers.set("X-Guard", "on");
      };`,
    },
  });
  using client = await RawConnection.open(lodestone.address);
  client.write(
    "GET / HTTP/1.1\r\nHost: a.test\r\nX-Hop: mine\r\nX-Kept: mine\r\nX-User: mallory\r\nCookie: a=1\r\n" +
      "Connection: close, X-Hop, x-user,X-Guard , Cookie, Host, X-Seen\r\n\r\n",
  );
  assert.match(await client.receiveAll(), /fine/);
  const { headers } = origin.requests[0]!;
  assert.equal(headers["x-seen"], "connection host x-kept");
  assert.deepEqual([headers["x-user"], headers["x-guard"], headers["x-kept"]], ["ada", "on", "mine"]);
  assert.deepEqual([headers["x-hop"], headers.cookie, headers.host], [undefined, undefined, "a.test"]);
});
