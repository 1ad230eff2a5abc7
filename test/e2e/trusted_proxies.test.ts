import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { startNginx } from "../support/nginx.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { requirePeer } from "../support/peer.ts";
import { request } from "../support/request.ts";

const TELL = `
export default (request: Request) => {
  if (request.path !== "/tell") return;
  const { client, id, url } = request;
  const names = [...request.headers.keys()].filter((name) => /forward|real|request-id/i.test(name)).sort();
  return Response.json({ address: client.address, port: client.port, tls: Boolean(client.tls), id, url, names });
};
`;

function start(origin: Origin, proxies: string): Promise<Lodestone> {
  return startLodestone({
    config: `
workers: 1
proxies: ${proxies}
sites: [{ hosts: ["*"], scripts: [tell.ts], backend: "${origin.url}" }]`,
    scripts: { "tell.ts": TELL },
  });
}

/** What somebody would write who wants to pass for another. */
const CLAIMS = {
  "X-Forwarded-For": "6.6.6.6, 10.0.0.1",
  Forwarded: "for=6.6.6.6;proto=https",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "evil.example",
  "X-Forwarded-Port": "1",
  "X-Real-IP": "6.6.6.6",
  "X-Request-Id": "chosen-by-the-client",
  X_Forwarded_For: "6.6.6.6",
};

test("claims of a client reach neither scripts nor log nor backends", async () => {
  await using origin = await startOrigin((_, response) => response.end("ok"));
  await using lodestone = await start(origin, "{ trusted: [10.0.0.0/8] }");
  const told = JSON.parse((await request(lodestone.url("/tell"), { headers: CLAIMS })).text);
  assert.deepEqual([told.address, told.tls, told.names], ["127.0.0.1", false, []]);
  assert.notEqual(told.id, CLAIMS["X-Request-Id"]);
  await request(lodestone.url("/backend"), { headers: CLAIMS, host: "a.test" });
  const { headers } = origin.requests[0]!;
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(headers["x-forwarded-proto"], "http");
  assert.equal(headers["x-forwarded-host"], "a.test");
  assert.deepEqual(
    Object.keys(headers).filter((name) => /_|real|^forwarded/.test(name)),
    [],
  );
  const line = await lodestone.waitForLog(({ path }) => path === "/backend");
  assert.equal(line.client, "127.0.0.1");
  assert.equal(headers["x-request-id"], line.id);
});

test("behind nginx, which appends to what the client has written, the client is the one that nginx saw", async (t) => {
  if (!requirePeer(t, "nginx")) return;
  await using origin = await startOrigin((_, response) => response.end("ok"));
  await using lodestone = await start(origin, "{ trusted: [127.0.0.0/8] }");
  await using nginx = await startNginx({
    server: `
      set_real_ip_from 127.0.0.1;
      real_ip_header X-Test-Client;
      underscores_in_headers on;
      location / {
        proxy_pass ${lodestone.address};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Request-Id $request_id;
      }`,
  });
  // nginx takes the address from our field, for all tests come from this machine.
  const ask = (path: string) =>
    request(`${nginx.url}${path}`, {
      host: "a.test",
      headers: { ...CLAIMS, "X-Test-Client": "192.0.2.77" },
    });
  const told = JSON.parse((await ask("/tell")).text);
  assert.deepEqual([told.address, told.port, told.tls], ["192.0.2.77", 0, true]);
  assert.match(told.id, /^[0-9a-f]{32}$/, "nginx has named the request");
  assert.equal(told.url, "https://a.test/tell");
  assert.deepEqual(told.names, ["x-forwarded-for", "x-forwarded-proto", "x-request-id"]);

  await ask("/backend");
  const { headers } = origin.requests.find(({ url }) => url === "/backend")!;
  assert.equal(headers["x-forwarded-for"], "6.6.6.6, 10.0.0.1, 192.0.2.77, 127.0.0.1");
  assert.equal(headers["x-forwarded-proto"], "https");
  assert.equal(headers["x-forwarded-host"], "a.test");
  assert.equal(headers["x-forwarded-port"], "443");
  assert.equal(headers["x-real-ip"], undefined);
  assert.equal(headers.forwarded, undefined);
  const line = await lodestone.waitForLog(({ path }) => path === "/backend");
  assert.deepEqual([line.client, line.id], ["192.0.2.77", headers["x-request-id"]]);
});

test("with header: forwarded the other field is not believed, and the list goes on", async () => {
  await using origin = await startOrigin((_, response) => response.end("ok"));
  await using lodestone = await start(origin, "{ trusted: [127.0.0.1], header: forwarded }");
  const headers = { ...CLAIMS, Forwarded: 'for=6.6.6.6, for="[2001:db8::7]:99";proto=https' };
  const told = JSON.parse((await request(lodestone.url("/tell"), { headers })).text);
  assert.deepEqual([told.address, told.port, told.tls], ["2001:db8::7", 99, true]);
  assert.deepEqual(told.names, ["forwarded", "x-request-id"]);
  await request(lodestone.url("/backend"), { headers });
  const received = origin.requests[0]!.headers;
  assert.equal(received.forwarded, `${headers.Forwarded}, for=127.0.0.1`);
  assert.equal(received["x-forwarded-for"], "2001:db8::7, 127.0.0.1");
});

test("a Lodestone behind a Lodestone sees the client of the first one, and one id for both", async () => {
  await using origin = await startOrigin((_, response) => response.end("ok"));
  await using inner = await start(origin, "{ trusted: [127.0.0.1] }");
  await using outer = await startLodestone({
    config: `workers: 1\nsites: [{ hosts: ["*"], backend: "${inner.address}" }]`,
  });
  const told = JSON.parse((await request(outer.url("/tell"), { headers: CLAIMS, host: "a.test" })).text);
  const line = await outer.waitForLog(({ path }) => path === "/tell");
  assert.deepEqual([told.address, told.id, told.url], ["127.0.0.1", line.id, "http://a.test/tell"]);
});
