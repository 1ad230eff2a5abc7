import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { TestCertificate } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { startHaproxy } from "../support/haproxy.ts";
import { startLodestone } from "../support/lodestone.ts";
import { startNginx } from "../support/nginx.ts";
import { requirePeer } from "../support/peer.ts";
import { request } from "../support/request.ts";

const TELL = `
export default (request: Request) => {
  const { address, port, tls } = request.client;
  return Response.json({ address, port, tls: Boolean(tls), url: request.url, body: request.headers.get("x-big")?.length });
};
`;

/** Asks from a local address of one's own; returns the answer's body and the port it was asked from. */
async function askFrom(port: number, localAddress: string): Promise<{ body: string; from: number }> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  await once(socket, "connect");
  const from = socket.localPort!;
  socket.end(`GET /x HTTP/1.1\r\nHost: a.test\r\nX-Big: ${"x".repeat(5000)}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return { body: text.slice(text.indexOf("\r\n\r\n") + 4), from };
}

const THROUGH = [
  ["version 1", "send-proxy"],
  ["version 2", "send-proxy-v2"],
  ["version 2 with a checksum and more", "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority"],
] as const;

test("behind haproxy scripts and the log see the client that has connected to it", async (t) => {
  if (!requirePeer(t, "haproxy")) return;
  await using lodestone = await startLodestone({
    listen: '[{ address: "127.0.0.1:0", proxyProtocol: [127.0.0.1] }]',
    config: "workers: 1\nsites: [{ hosts: ['*'], scripts: [tell.ts] }]",
    scripts: { "tell.ts": TELL },
  });
  const { port } = new URL(lodestone.address);
  await using haproxy = await startHaproxy({
    ports: THROUGH.length,
    sections: (ports) =>
      THROUGH.map(
        ([, send], i) =>
          `listen l${i}\n  mode tcp\n  bind 127.0.0.1:${ports[i]}\n  unique-id-format %ts\n  server s 127.0.0.1:${port} ${send}\n`,
      ).join(""),
  });
  for (const [i, [what]] of THROUGH.entries()) {
    const { body, from } = await askFrom(haproxy.ports[i]!, "127.0.0.77");
    const told = JSON.parse(body);
    assert.deepEqual([told.address, told.port, told.tls, told.body], ["127.0.0.77", from, false, 5000], what);
  }
  const line = await lodestone.waitForLog(({ client }) => client !== undefined);
  assert.equal(line.client, "127.0.0.77");
  await assert.rejects(request(lodestone.url("/")), "without the header nothing is answered");
  await lodestone.waitForLog(({ code }) => code === "malformed_proxy_header");
});

test("haproxy's health checks, which are its own connections, are answered", async (t) => {
  if (!requirePeer(t, "haproxy")) return;
  await using lodestone = await startLodestone({
    listen: '[{ address: "127.0.0.1:0", proxyProtocol: [127.0.0.1] }]',
    config: "workers: 1\nsites: [{ hosts: ['*'], scripts: [tell.ts] }]",
    scripts: { "tell.ts": TELL },
  });
  const { port } = new URL(lodestone.address);
  await using _ = await startHaproxy({
    ports: 1,
    sections: ([free]) => `
listen l
  mode http
  bind 127.0.0.1:${free}
  option httpchk
  http-check send meth GET uri /checked ver HTTP/1.1 hdr Host a.test
  server s 127.0.0.1:${port} check inter 100ms send-proxy-v2 check-send-proxy
`,
  });
  const line = await lodestone.waitForLog(({ path }) => path === "/checked");
  assert.deepEqual([line.status, line.client], [200, "127.0.0.1"]);
});

test("the header comes before TLS, for HTTP/1.1 and HTTP/2", async (t) => {
  if (!requirePeer(t, "haproxy", "curl")) return;
  const certificate = await TestCertificate.create({ names: ["a.test"] });
  await using lodestone = await startLodestone({
    listen: '[{ address: "127.0.0.1:0", tls: true, proxyProtocol: [127.0.0.0/8] }]',
    config:
      "workers: 1\ntls: { certificates: [{ certificate: c.pem, key: k.pem }] }\nsites: [{ hosts: ['*'], scripts: [tell.ts] }]",
    scripts: { "tell.ts": TELL },
    files: { "c.pem": certificate.certificate, "k.pem": certificate.key },
  });
  const { port } = new URL(lodestone.address);
  await using haproxy = await startHaproxy({
    ports: 1,
    sections: ([free]) =>
      `listen l\n  mode tcp\n  bind 127.0.0.1:${free}\n  server s 127.0.0.1:${port} send-proxy-v2\n`,
  });
  for (const protocol of ["http/1.1", "h2"]) {
    const args = [
      "-ksS",
      "--interface",
      "127.0.0.78",
      protocol === "h2" ? "--http2" : "--http1.1",
      "--max-time",
      "5",
    ];
    const told = await new Promise<string>((resolve, reject) => {
      execFile(
        "curl",
        [...args, "-w", " %{http_version}", `https://127.0.0.1:${haproxy.ports[0]}/`],
        (error, out) => (error === null ? resolve(out) : reject(error)),
      );
    });
    assert.match(told, /"address":"127\.0\.0\.78","port":[1-9][0-9]*,"tls":true/);
    assert.match(told, protocol === "h2" ? / 2$/ : / 1\.1$/);
  }
  // Header and ClientHello in one packet.
  const raw = connect(Number(port), "127.0.0.1");
  raw.write("PROXY TCP4 192.0.2.1 198.51.100.1 5 443\r\n");
  const secured = tls.connect({ socket: raw, rejectUnauthorized: false, servername: "a.test" });
  secured.write("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of secured) text += chunk;
  assert.match(text, /"address":"192\.0\.2\.1","port":5,"tls":true,"url":"https:/);
});

for (const version of ["v1", "v2"]) {
  test(`nginx behind learns of the client by a header: ${version}`, async (t) => {
    if (!requirePeer(t, "nginx")) return;
    const port = await freePort();
    await using nginx = await startNginx({
      server: `
        listen 127.0.0.1:${port} proxy_protocol;
        location / { return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port"; }
      `,
    });
    assert.equal((await request(nginx.url)).status, 200);
    await using lodestone = await startLodestone({
      listen: '[{ address: "127.0.0.1:0", proxyProtocol: [127.0.0.2] }]',
      config: `
workers: 1
proxies: { trusted: [127.0.0.3] }
sites:
  - { hosts: [own.test], scripts: [own.ts], backend: app }
  - { hosts: ["*"], backend: app }
backends:
  app: { server: "http://127.0.0.1:${port}", proxyProtocol: ${version} }`,
      scripts: {
        "own.ts": `export default async () => { const r = await fetch("backend:app/"); return new Response("own " + await r.text()); };`,
      },
    });
    const own = new URL(lodestone.address).port;
    const direct = await askFrom(Number(own), "127.0.0.9");
    assert.equal(direct.body, `127.0.0.9 ${direct.from} 127.0.0.1 ${own}`);

    const ask = async (localAddress: string, text: string): Promise<string> => {
      const socket = connect({ port: Number(own), host: "127.0.0.1", localAddress });
      socket.end(text);
      let answer = "";
      for await (const chunk of socket) answer += chunk;
      return answer.slice(answer.indexOf("\r\n\r\n") + 4);
    };
    const get = (fields = "", host = "a.test") =>
      `GET / HTTP/1.1\r\nHost: ${host}\r\n${fields}Connection: close\r\n\r\n`;
    assert.equal(
      await ask("127.0.0.2", `PROXY TCP6 2001:db8::1 2001:db8::2 1234 443\r\n${get()}`),
      "2001:db8::1 1234 2001:db8::2 443",
      "what a header has told",
    );
    assert.equal(
      await ask("127.0.0.3", get("X-Forwarded-For: 192.0.2.5:99\r\n")),
      `192.0.2.5 99 127.0.0.1 ${own}`,
      "what a trusted proxy has told",
    );
    assert.match(
      await ask("127.0.0.9", get("", "own.test")),
      /^own (?:127\.0\.0\.1 [0-9]+| )/,
      "the proxy itself",
    );
  });
}
