import assert from "node:assert/strict";
import test from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";

test("a refused head has an access line with its method, its path and the time it took", async () => {
  await using lodestone = await startLodestone({
    config: `
workers: 1
http: { headTimeout: 200ms }
sites: [{ hosts: ["*"], scripts: [site.ts] }]
`,
    scripts: { "site.ts": "export default () => 200;" },
  });
  using malformed = await RawConnection.open(lodestone.address);
  malformed.write("PUT /some/path?secret HTTP/1.1\r\nHost : x\r\n\r\n");
  const line = await lodestone.waitForLog(({ status }) => status === 400);
  assert.deepEqual([line.method, line.path, line.code], ["PUT", "/some/path", "malformed_request"]);

  using slow = await RawConnection.open(lodestone.address);
  slow.write("GET /slow HTTP/1.1\r\nHost");
  const late = await lodestone.waitForLog(({ status }) => status === 408);
  assert.deepEqual([late.method, late.path], ["GET", "/slow"]);
  assert.ok(Number(late.milliseconds) >= 150, `after ${late.milliseconds} ms`);
});
