import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import test from "node:test";
import tls from "node:tls";
import { TestCertificate } from "../support/certificates.ts";
import { requirePeer } from "../support/peer.ts";
import type { ServerName, Workload } from "./bench_server.ts";
import { compare } from "./compare.ts";
import { handshakes } from "./loads/handshakes.ts";
import { bare } from "./servers/bare.ts";
import { haproxy } from "./servers/haproxy.ts";
import { lighttpd } from "./servers/lighttpd.ts";
import { lodestone } from "./servers/lodestone.ts";
import { nginx } from "./servers/nginx.ts";
import { startServers } from "./start_servers.ts";
import { sitesOf } from "./workloads/many_sites.ts";
import { largeFile, staticFiles } from "./workloads/static_files.ts";
import { overTls } from "./workloads/tls.ts";

const short = { rounds: 1, seconds: 0.5, warmUp: 0.2, connections: 8 };

/** Names of the servers that were measured, each with a plausible figure. */
async function measured(workload: Workload): Promise<ServerName[]> {
  const { servers } = await compare(workload, [lodestone, bare], short);
  for (const { cpuPerRequest, requestsPerSecond } of servers) {
    assert.ok(cpuPerRequest.median > 0, JSON.stringify(servers));
    assert.ok(requestsPerSecond.median > 1, JSON.stringify(servers));
  }
  return servers.map(({ name }) => name);
}

test("large files are sent whole, and timed", async (t) => {
  if (!requirePeer(t, "taskset", "nginx")) return;
  assert.deepEqual(await measured(largeFile(8 << 20)), ["lodestone", "bare"]);
});

test("keep-alive requests over TLS, handshakes and HTTP/2 are timed", async (t) => {
  if (!requirePeer(t, "wrk", "taskset", "nginx", "h2load", "openssl")) return;
  for (const workload of overTls) assert.deepEqual(await measured(workload), ["lodestone", "bare"]);
});

test("all servers send the files, speak TLS and have the sites that they are measured with", async (t) => {
  if (!requirePeer(t, "taskset", "nginx", "lighttpd", "haproxy")) return;
  const small = staticFiles.filter(({ load }) => load === undefined);
  for (const workload of [...small, overTls[0]!, sitesOf(10)]) {
    await using started = await startServers(workload, [lodestone, lighttpd, nginx, bare, haproxy]);
    assert.ok(started.running.size >= 3, workload.name);
  }
});

test("every handshake is a full one", async (t) => {
  if (!requirePeer(t, "taskset", "openssl")) return;
  const { certificate, key } = await (await TestCertificate.create()).issue({ names: ["localhost"] });
  let resumed = 0;
  let count = 0;
  const server = tls.createServer({ cert: certificate, key }, (socket) => {
    count++;
    if (socket.isSessionReused()) resumed++;
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.0 200 OK\r\n\r\n123"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const asked = [{ path: "/", body: "123" }];
    const { requests } = await handshakes(`https://127.0.0.1:${port}`, asked, { seconds: 1, connections: 1 });
    assert.equal(resumed, 0);
    // One more may have been under way at each client's end.
    assert.ok(count >= requests && count <= requests + 4, `${count} connections, ${requests} requests`);
  } finally {
    server.close();
  }
});
