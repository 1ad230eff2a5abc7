import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { startLodestone } from "../support/lodestone.ts";
import { startNginx } from "../support/nginx.ts";
import { requirePeer } from "../support/peer.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { request } from "../support/request.ts";

const page = "All work and no play makes Jack a dull boy.\n".repeat(500);

const server = `
    add_header X-Connection $connection always;
    add_header X-Proto $server_protocol always;
    error_page 404 /missing.html;
    location = /missing.html { internal; }
    location /gzip/ {
      alias www/;
      gzip on;
      gzip_min_length 1;
      gzip_proxied any;
      gzip_types text/plain;
    }
    location /chunked/ {
      alias www/;
      sub_filter Jack Jill;
      sub_filter_once off;
      sub_filter_types *;
    }
    location /large {
      set $part "${"abcdefghij".repeat(200)}";
      add_header X-Large "$part$part$part";
      return 200 "large";
    }
    location /request-header { return 200 "$http_x_large"; }
    location /status/204 { return 204; }
    location /close { keepalive_timeout 0; return 200 "closing"; }
`;

test("Debian's nginx as backend", async (t: TestContext) => {
  if (!requirePeer(t, "nginx")) return;
  await using nginx = await startNginx({
    server,
    files: { "page.txt": page, "missing.html": "<h1>nginx has no such page</h1>", "empty.txt": "" },
  });
  await using lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    backend: nginx
backends:
  nginx: ${nginx.url}
`,
    scripts: { "site.ts": "export default () => {};" },
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    request(lodestone.url(path), { headers });

  await t.test("a static file passes unchanged, with what nginx says about it", async () => {
    const direct = await request(`${nginx.url}/page.txt`);
    const proxied = await get("/page.txt");
    assert.equal(proxied.status, 200);
    assert.equal(proxied.text, page);
    for (const name of ["content-type", "content-length", "etag", "last-modified", "accept-ranges"]) {
      assert.equal(proxied.headers[name], direct.headers[name], name);
    }
  });

  await t.test("ranges and conditions are nginx's to answer", async () => {
    const range = await get("/page.txt", { range: "bytes=5-8" });
    assert.equal(range.status, 206);
    assert.equal(range.text, "ork ");
    assert.equal(range.headers["content-range"], `bytes 5-8/${page.length}`);
    const etag = (await get("/page.txt")).headers.etag!;
    const unchanged = await get("/page.txt", { "if-none-match": etag });
    assert.equal(unchanged.status, 304);
    assert.equal(unchanged.body.length, 0);
    assert.equal((await get("/page.txt", { range: "bytes=999999-" })).status, 416);
  });

  await t.test("its 404 page stays its own", async () => {
    const answer = await get("/none");
    assert.equal(answer.status, 404);
    assert.equal(answer.text, "<h1>nginx has no such page</h1>");
  });

  await t.test("compressed answers pass as they are", async () => {
    const answer = await get("/gzip/page.txt", { "accept-encoding": "gzip" });
    assert.equal(answer.headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(answer.body).toString(), page);
    assert.equal((await get("/gzip/page.txt")).headers["content-encoding"], undefined);
  });

  await t.test("chunked answers are whole", async () => {
    const direct = await request(`${nginx.url}/chunked/page.txt`);
    assert.equal(direct.headers["transfer-encoding"], "chunked", "nginx chunks what it rewrites");
    const answer = await get("/chunked/page.txt");
    assert.equal(answer.text, page.replaceAll("Jack", "Jill"));
  });

  await t.test("HEAD tells the length and sends nothing", async () => {
    using connection = await RawConnection.open(lodestone.address);
    connection.write(
      "HEAD /page.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /empty.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    const received = await connection.receiveAll();
    const [first, second, rest] = received.split("\r\n\r\n");
    assert.match(first!, new RegExp(`^HTTP/1.1 200 OK\r\n[\\s\\S]*content-length: ${page.length}`, "i"));
    assert.match(second!, /^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 0/i);
    assert.equal(rest, "");
  });

  await t.test("204 has neither length nor body", async () => {
    const answer = await get("/status/204");
    assert.equal(answer.status, 204);
    assert.equal(answer.headers["content-length"], undefined);
    assert.equal(answer.headers["transfer-encoding"], undefined);
  });

  await t.test("one connection serves request after request", async () => {
    const connections = new Set<string>();
    for (let i = 0; i < 10; i++) {
      const answer = await get(i % 2 === 0 ? "/page.txt" : "/chunked/page.txt");
      assert.equal(answer.headers["x-proto"], "HTTP/1.1");
      connections.add(answer.headers["x-connection"] as string);
    }
    assert.equal(connections.size, 1);
  });

  await t.test("a connection that nginx closes is not used again", async () => {
    const closed = await get("/close");
    assert.equal(closed.text, "closing");
    const next = await get("/page.txt");
    assert.equal(next.status, 200);
    assert.notEqual(next.headers["x-connection"], closed.headers["x-connection"]);
  });

  await t.test("large fields pass both ways", async () => {
    assert.equal((await get("/large")).headers["x-large"], "abcdefghij".repeat(600));
    const value = "klmnopqrst".repeat(700);
    assert.equal((await get("/request-header", { "x-large": value })).text, value);
  });
});
