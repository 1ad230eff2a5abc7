import assert from "node:assert/strict";
import { test } from "node:test";
import { startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

const script = `
let waiting = 0;
export default async (request) => {
  if (request.path === "/waiting") return new Response(String(waiting));
  waiting++;
  try {
    if (request.path === "/patient") return new Response(await request.text().catch((error) => error.name + ": " + error.message));
    return new Response(await request.text());
  } finally {
    waiting--;
  }
};
`;

test("a site with limits.operations under way answers 503 to what needs one more, unless its script does better", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: site.ts, limits: { operations: 2, deadline: 30s } }]\n",
    scripts: { "site.ts": script },
  });
  const slow = await Promise.all([0, 1].map(() => RawConnection.open(lodestone.address)));
  for (const connection of slow)
    connection.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nsl");
  const get = async (path: string) => (await request(lodestone.url(path))).text;
  await until("both bodies are being read", async () => (await get("/waiting")) === "2");
  const post = (path: string) => request(lodestone.url(path), { method: "POST", body: "body" });
  const refused = await post("/");
  assert.equal(refused.status, 503);
  const line = await lodestone.waitForLog(({ status }) => status === 503);
  assert.deepEqual([line.code, line.by], ["site_busy", "proxy"]);
  assert.match(String(line.error), /more than 2 operations are under way/);
  const patient = await post("/patient");
  assert.deepEqual(
    [patient.status, patient.text],
    [200, "Error: more than 2 operations are under way, or fetched bodies unused"],
  );
  for (const connection of slow) {
    connection.write("ow");
    assert.match(await connection.receive("slow"), /^HTTP\/1\.1 200 /);
  }
  assert.equal((await post("/")).status, 200);
});
