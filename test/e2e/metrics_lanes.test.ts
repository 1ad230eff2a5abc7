import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { scrape } from "../support/admin.ts";
import { TestCertificate } from "../support/certificates.ts";
import { startLodestone } from "../support/lodestone.ts";
import { metric } from "../support/metrics_text.ts";
import { request } from "../support/request.ts";
import { tlsRequest } from "../support/tls_client.ts";
import { until } from "../support/until.ts";
import { pemFiles } from "./tls/https_proxy.ts";

const SCRIPT = { "site.ts": `export default () => new Response("x".repeat(10_000));` };

test("requests over TLS and HTTP/2 count like others, bytes are those on the wire, and certificates tell when they end", async () => {
  const authority = await TestCertificate.create();
  const own = await authority.issue({ names: ["www.example.org", "127.0.0.1"] });
  await using lodestone = await startLodestone({
    listen: `[{ address: "127.0.0.1:0", tls: true, http2: true }, { address: "127.0.0.1:0", redirect: https }]`,
    config: `
admin: 127.0.0.1:0
workers: 1
tls: { certificates: [{ certificate: own.pem, key: own.key }] }
sites: [{ hosts: ["*"], scripts: [site.ts] }]
`,
    scripts: SCRIPT,
    files: pemFiles({ own }),
  });
  const [secure = "", plain = ""] = lodestone.addresses;
  const listener = new URL(secure).host;
  for (let i = 0; i < 3; i++) await tlsRequest(secure, { authority, servername: "www.example.org" });
  const session = http2.connect(secure, { ca: [authority.certificate] });
  for (let i = 0; i < 5; i++) {
    const stream = session.request({ ":path": "/" });
    stream.resume();
    await once(stream, "end");
  }
  const open = await scrape(lodestone);
  assert.equal(metric(open, "lodestone_connections_open", { listener }), 1);
  session.close();
  assert.equal((await request(`${plain}/`)).status, 301);
  const stranger = connect(Number(new URL(secure).port), "127.0.0.1", () =>
    stranger.end("not TLS at all\r\n\r\n"),
  );
  stranger.on("error", () => {});
  await once(stranger, "close");

  const told = await until("all connections are closed", async () => {
    const scraped = await scrape(lodestone);
    return metric(scraped, "lodestone_connections_open") === 0 && scraped;
  });
  assert.equal(metric(told, "lodestone_requests_total", { status: "200" }), 8);
  assert.equal(metric(told, "lodestone_requests_total"), 8);
  assert.equal(metric(told, "lodestone_requests_without_site_total", { status: "301" }), 1);
  assert.equal(metric(told, "lodestone_response_body_bytes_total"), 80_000);
  assert.equal(metric(told, "lodestone_connections_total", { listener }), 5);
  assert.equal(metric(told, "lodestone_tls_handshakes_failed_total"), 1);
  const sent = metric(told, "lodestone_connections_sent_bytes_total", { listener });
  assert.ok(sent > 80_000 && sent < 100_000, `${sent}`);
  const received = metric(told, "lodestone_connections_received_bytes_total", { listener });
  assert.ok(received > 1_000 && received < 20_000, `${received}`);
  const expiry = metric(told, "lodestone_certificate_expiry_timestamp_seconds", {
    names: "www.example.org,127.0.0.1",
  });
  assert.ok(expiry > Date.now() / 1000);
});

test("a WebSocket is under way until it ends, and is one request with status 101", async () => {
  const server = http.createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:0\nworkers: 1\nsites: [{ hosts: ["*"], backend: "http://127.0.0.1:${port}" }]`,
  });
  const client = new WebSocket(lodestone.address.replace("http", "ws"));
  await once(client, "open");
  const during = await scrape(lodestone);
  assert.equal(metric(during, "lodestone_requests_active"), 1);
  assert.equal(metric(during, "lodestone_requests_total"), 0);
  client.close();
  await once(client, "close");
  const after = await until("it has ended", async () => {
    const told = await scrape(lodestone);
    return metric(told, "lodestone_requests_active") === 0 && told;
  });
  assert.equal(metric(after, "lodestone_requests_total", { status: "101", by: "backend" }), 1);
  assert.equal(metric(after, "lodestone_request_duration_seconds_count"), 0);
  server.close();
  server.closeAllConnections();
});

test("connections above the limit are counted as refused", async () => {
  await using lodestone = await startLodestone({
    config: `
admin: 127.0.0.1:0
workers: 1
http: { connections: 2 }
sites: [{ hosts: ["*"], scripts: [site.ts] }]
`,
    scripts: SCRIPT,
  });
  const { port } = new URL(lodestone.address);
  const sockets = Array.from({ length: 5 }, () => connect(Number(port), "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => {});
  await until("three are refused", async () => {
    const told = await scrape(lodestone);
    assert.ok(metric(told, "lodestone_connections_open") <= 2);
    return metric(told, "lodestone_connections_refused_total") === 3;
  });
  for (const socket of sockets) socket.destroy();
});
