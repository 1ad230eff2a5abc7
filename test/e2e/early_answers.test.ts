import assert from "node:assert/strict";
import { connect } from "node:net";
import test, { type TestContext } from "node:test";
import { run } from "../support/child.ts";
import { startLodestone } from "../support/lodestone.ts";
import { startOrigin } from "../support/origin.ts";
import { requirePeer } from "../support/peer.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const site = `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
`;
const scripts = {
  "site.ts": `
    export default (request: Request) => {
      if (request.path === "/refused") return new Response("not you\\n", { status: 403 });
      if (request.path === "/backend") { request.backend = "app"; return; }
      return new Response("hello from " + request.method);
    };`,
};
const LARGE = 50_000_000;

test("curl reads the early answer to a large upload, whoever refuses it", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  using folder = new TemporaryFolder("upload");
  const file = folder.write("large", Buffer.alloc(LARGE, 1));
  await using origin = await startOrigin((_, response) => response.writeHead(409).end("not now\n"));
  await using lodestone = await startLodestone({
    config: `${site}http: { body: 60mb }\nbackends: { app: "${origin.url}" }`,
    scripts,
  });
  const upload = async (path: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run("curl", [
      ...[
        "--silent",
        "--show-error",
        "--http1.1",
        "--max-time",
        "20",
        "--write-out",
        "%{http_code}",
        "--data-binary",
      ],
      ...[`@${file}`, ...args, lodestone.url(path)],
    ]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const plainly = ["--header", "Expect:"];
  const inChunks = ["--header", "Transfer-Encoding: chunked"];
  for (let i = 0; i < 5; i++) {
    assert.equal(await upload("/refused"), "not you\n403");
    assert.equal(await upload("/refused", ...plainly), "not you\n403");
    assert.equal(await upload("/refused", ...plainly, ...inChunks), "not you\n403");
    assert.equal(await upload("/backend", ...plainly), "not now\n409");
  }
});

test("a client that sends all of its upload before it reads gets its answer without a reset", async () => {
  await using lodestone = await startLodestone({
    config: `${site}http: { body: 20mb, lingerBody: 60mb }`,
    scripts,
  });
  const { hostname, port } = new URL(lodestone.address);
  for (const length of [LARGE, 15_000_000]) {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.pause();
    socket.write(`POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.write(Buffer.alloc(length), () => resolve());
    });
    let received = "";
    for await (const chunk of socket) received += chunk;
    socket.end();
    assert.match(received, length > 20 * 1024 ** 2 ? /^HTTP\/1\.1 413 / : /^HTTP\/1\.1 403 .*not you\n$/s);
    assert.match(received, /Connection: close/);
  }
});

const forms: [name: string, request: string, answer: RegExp][] = [
  [
    "HTTP/1.0 without Host",
    "GET / HTTP/1.0\r\n\r\n",
    /^HTTP\/1\.1 200 .*Connection: close.*hello from GET$/s,
  ],
  [
    "HTTP/1.0 with Host, kept alive",
    "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
    /^HTTP\/1\.1 200 .*Connection: keep-alive.*hello from GETHTTP\/1\.1 200 .*Connection: close.*hello from GET$/s,
  ],
  [
    "absolute-form",
    "GET http://a/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200 .*hello from GET$/s,
  ],
  [
    "asterisk-form, which meets the script",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200 .*hello from OPTIONS$/s,
  ],
  [
    "TRACE, which is not reflected",
    "TRACE / HTTP/1.1\r\nHost: a\r\nCookie: secret\r\nConnection: close\r\n\r\n",
    /^(?!.*secret)HTTP\/1\.1 200 .*hello from TRACE$/s,
  ],
  [
    "GET with a body, and what follows it",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    /^HTTP\/1\.1 200 .*hello from GETHTTP\/1\.1 200 .*hello from GET$/s,
  ],
];

test("borderline forms of requests", async (t: TestContext) => {
  await using lodestone = await startLodestone({ config: site, scripts });
  for (const [name, bytes, answer] of forms) {
    await t.test(name, async () => {
      using raw = await RawConnection.open(lodestone.address);
      raw.write(bytes);
      assert.match(await raw.receiveAll(), answer);
    });
  }
});

test("a client that ends its side behind its request gets a large answer of a backend whole", async () => {
  const body = Buffer.alloc(20_000_000, "0123456789");
  await using origin = await startOrigin((_, response) => setTimeout(() => response.end(body), 300));
  await using lodestone = await startLodestone({
    config: `${site}backends: { app: "${origin.url}" }`,
    scripts,
  });
  const { hostname, port } = new URL(lodestone.address);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.end("GET /backend HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  let received = 0;
  for await (const chunk of socket) received += chunk.length;
  assert.ok(received > body.length && received < body.length + 1_000, `${received} bytes`);
});
