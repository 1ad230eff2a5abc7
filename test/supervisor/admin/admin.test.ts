import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { adminAddress, adminJson, askAdmin, scrape } from "../../support/admin.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { metric } from "../../support/metrics_text.ts";
import { startOrigin } from "../../support/origin.ts";
import { openResponse, request } from "../../support/request.ts";
import { until } from "../../support/until.ts";

const HELLO = {
  config: `admin: 127.0.0.1:0\nworkers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts] }]`,
  scripts: { "site.ts": `export default () => new Response("hello");` },
};

test("the index names the pages, and each answers to its method only", async () => {
  await using lodestone = await startLodestone(HELLO);
  const { lodestone: pages } = await adminJson<{ lodestone: { path: string; method: string }[] }>(
    lodestone,
    "/",
  );
  const paths = pages.map(({ path }) => path);
  assert.deepEqual(paths, ["/healthz", "/readyz", "/metrics", "/sites", "/workers", "/reload", "/purge"]);
  for (const { path, method } of pages) {
    const other = await askAdmin(lodestone, path, method === "GET" ? "POST" : "GET");
    assert.deepEqual([other.status, other.headers.allow], [405, method === "GET" ? "GET, HEAD" : "POST"]);
    if (method === "GET") assert.equal((await askAdmin(lodestone, path)).status, 200);
  }
  const head = await askAdmin(lodestone, "/metrics", "HEAD");
  assert.deepEqual([head.status, head.text], [200, ""]);
  assert.equal(head.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.equal((await askAdmin(lodestone, "/etc/passwd")).status, 404);
  assert.equal((await askAdmin(lodestone, "/__proto__")).status, 404);
});

test("a web page cannot make a browser ask: neither by a name of its own nor across origins", async () => {
  await using lodestone = await startLodestone(HELLO);
  const ask = (headers: Record<string, string>, path = "/metrics", method = "GET") =>
    request(adminAddress(lodestone) + path, { method, headers });
  assert.equal((await ask({ host: "evil.example.org" })).status, 403);
  assert.equal((await ask({ host: "127.0.0.1.evil.example.org" })).status, 403);
  assert.equal((await ask({ host: "localhost" })).status, 200);
  assert.equal((await ask({ host: "localhost:9180" })).status, 200);
  assert.equal((await ask({ host: "[::1]:9180" })).status, 200);
  assert.equal((await ask({ host: "10.1.2.3:9180" })).status, 200);
  const crossing = await ask({ host: "localhost", origin: "https://evil.example.org" }, "/reload", "POST");
  assert.equal(crossing.status, 403);
  assert.equal((await ask({ host: "localhost", "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await ask({ host: "localhost", "sec-fetch-site": "none" })).status, 200);
  assert.equal(crossing.headers["access-control-allow-origin"], undefined);
  assert.equal(metric(await scrape(lodestone), "lodestone_reloads_total"), 0);
});

test("the host name that is configured is answered", async () => {
  await using lodestone = await startLodestone({
    ...HELLO,
    config: HELLO.config.replace("127.0.0.1:0", "localhost:0"),
  });
  const { port } = new URL(adminAddress(lodestone));
  assert.equal((await request(`http://localhost:${port}/readyz`)).status, 200);
});

test("a health check in HTTP/1.0, without Host, is answered", async () => {
  await using lodestone = await startLodestone(HELLO);
  const socket = connect(Number(new URL(adminAddress(lodestone)).port), "127.0.0.1");
  socket.end("GET /healthz HTTP/1.0\r\n\r\n");
  assert.match((await buffer(socket)).toString(), /^HTTP\/1\.1 200 /);
});

test("bodies are thrown away, large ones end the connection, and heads have their bounds", async () => {
  await using lodestone = await startLodestone(HELLO);
  const url = adminAddress(lodestone);
  const small = await request(`${url}/reload`, { method: "POST", body: "x".repeat(1000) });
  assert.equal(small.status, 200);
  await assert.rejects(request(`${url}/reload`, { method: "POST", body: "x".repeat(1_000_000) }));
  await assert.rejects(request(url, { headers: { "x-large": "x".repeat(20_000) } }));
  assert.equal((await askAdmin(lodestone, "/healthz")).status, 200);
});

test("slow and many connections are bounded, and the next one is answered", async () => {
  await using lodestone = await startLodestone(HELLO);
  const { port } = new URL(adminAddress(lodestone));
  const sockets: Socket[] = [];
  let closed = 0;
  for (let i = 0; i < 1000; i++) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => {});
    socket.on("close", () => closed++);
    socket.write("GET / HTTP/1.1\r\nHost: loc");
    sockets.push(socket);
  }
  await until("all but a few are closed at once", () => closed >= 1000 - 64);
  await until("those that are slow are closed in time", () => closed === 1000, {
    timeout: 15_000,
    every: 50,
  });
  assert.equal((await askAdmin(lodestone, "/healthz")).status, 200);
});

test("a server that is being stopped is not ready, but alive, until the last request is answered", async () => {
  const begun = Promise.withResolvers<() => void>();
  await using origin = await startOrigin((_, response) => begun.resolve(() => response.end("late")));
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:0\nworkers: 2\nsites: [{ hosts: ["*"], backend: ${origin.url} }]`,
  });
  assert.deepEqual(await adminJson(lodestone, "/readyz"), { status: "ready" });
  const response = openResponse(lodestone.url("/"));
  const end = await begun.promise;
  process.kill(lodestone.pid, "SIGTERM");
  const draining = await until("it drains", async () => {
    const answer = await askAdmin(lodestone, "/readyz");
    return answer.status === 503 && answer;
  });
  const { reasons } = JSON.parse(draining.text) as { reasons: string[] };
  assert.equal(reasons[0], "draining: the server is being stopped");
  assert.equal((await askAdmin(lodestone, "/healthz")).status, 200);
  end();
  assert.equal((await buffer(await response)).toString(), "late");
  await lodestone.ended();
});

test("a worker that is missing makes it unready, and says so", async () => {
  await using lodestone = await startLodestone({
    ...HELLO,
    config: HELLO.config.replace("workers: 1", "workers: 2"),
  });
  process.kill(lodestone.workers()[0]!, "SIGKILL");
  const answer = await until("one is missing", async () => {
    const asked = await askAdmin(lodestone, "/readyz");
    return asked.status === 503 && asked;
  });
  assert.deepEqual(JSON.parse(answer.text), { status: "not ready", reasons: ["1 of 2 workers serve"] });
  await until("its successor serves", async () => (await askAdmin(lodestone, "/readyz")).status === 200);
});

interface Site {
  readonly scripts: {
    readonly version: number;
    readonly lastError: { message: string } | null;
    readonly quarantine: { reason: string } | null;
    readonly limitsHit: Record<string, number>;
  };
}

test("a version that does not compile or load is shown with its place in the source", async () => {
  await using lodestone = await startLodestone(HELLO);
  const site = async () => (await adminJson<Site[]>(lodestone, "/sites"))[0]!.scripts;
  await request(lodestone.url("/"));
  assert.deepEqual([(await site()).version, (await site()).lastError], [1, null]);
  lodestone.folder.write("site.ts", "export default () => {\n  return new Response(;\n};\n");
  const broken = await until("it is told", async () => (await site()).lastError ?? undefined);
  assert.match(broken.message, /site\.ts:2:23: .*\n.*return new Response\(;\n +\^/);
  lodestone.folder.write(
    "site.ts",
    "const wrong: string = undefined!;\nwrong.length;\nexport default () => 200;\n",
  );
  const refused = await until("it is told", async () => {
    const { lastError } = await site();
    return lastError?.message.includes("TypeError") === true && lastError;
  });
  assert.match(refused.message, /site\.ts:2:7/);
  assert.equal((await site()).version, 1);
  lodestone.folder.write("site.ts", "export default () => 200;\n");
  await until("it serves", async () => (await site()).lastError === null);
  const told = await scrape(lodestone);
  assert.equal(metric(told, "lodestone_script_loads_total", { outcome: "failed" }), 2);
  assert.equal(metric(told, "lodestone_script_loads_total", { outcome: "loaded" }), 2);
});

test("scripts that cannot be loaded for their first request are shown", async () => {
  await using lodestone = await startLodestone({
    ...HELLO,
    scripts: { "site.ts": `throw new Error("no settings");\nexport default () => 200;` },
  });
  assert.equal((await request(lodestone.url("/"))).status, 503);
  const [site] = await adminJson<Site[]>(lodestone, "/sites");
  assert.match(site!.scripts.lastError!.message, /Error: no settings\n.*site\.ts:1:7/);
});

test("a quarantine is shown with its reason, until it is lifted", async () => {
  await using lodestone = await startLodestone({
    config: `
admin: 127.0.0.1:0
workers: 1
quarantine: { share: 10, time: 60s }
sites: [{ hosts: ["*"], scripts: [site.ts], limits: { cpu: 200ms } }]
`,
    scripts: { "site.ts": "export default () => { for (;;); };" },
  });
  const site = async () => (await adminJson<Site[]>(lodestone, "/sites"))[0]!.scripts;
  const { reason } = await until(
    "quarantined",
    async () => {
      await Promise.all(Array.from({ length: 4 }, () => request(lodestone.url("/")).catch(() => {})));
      return (await site()).quarantine ?? undefined;
    },
    { timeout: 20_000 },
  );
  assert.match(reason, /used up \d+% of a worker's time/);
  const told = await scrape(lodestone);
  assert.equal(metric(told, "lodestone_site_quarantined"), 1);
  assert.equal(metric(told, "lodestone_site_quarantines_total"), 1);
  assert.ok((await site()).limitsHit.cpu! > 0);
  lodestone.folder.write("site.ts", "export default () => 204;");
  await until("lifted", async () => (await site()).quarantine === null);
});

test("a reload that is refused says why", async () => {
  await using lodestone = await startLodestone(HELLO);
  lodestone.folder.write("lodestone.yaml", "listen: [nowhere]\nsites: [{ hosts: [] }]\n");
  const answer = await askAdmin(lodestone, "/reload", "POST");
  const { outcome, reason } = JSON.parse(answer.text) as { outcome: string; reason: string };
  assert.deepEqual([answer.status, outcome], [422, "refused"]);
  assert.match(reason, /lodestone\.yaml:1:10: "nowhere" is not a listen address/);
  assert.equal((await request(lodestone.url("/"))).text, "hello");
  assert.equal(metric(await scrape(lodestone), "lodestone_reloads_total", { outcome: "refused" }), 1);
});

test("a port that is taken is told, serving goes on, and the listener opens when the port is free", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  await using lodestone = await startLodestone({
    ...HELLO,
    config: HELLO.config.replace("127.0.0.1:0", `127.0.0.1:${port}`),
  });
  const line = await lodestone.waitForLog(({ msg }) => String(msg).startsWith("no admin listener"));
  assert.equal(line.reason, `cannot listen on 127.0.0.1:${port}: in use by another process (EADDRINUSE)`);
  assert.equal((await request(lodestone.url("/"))).text, "hello");
  other.close();
  await lodestone.waitForLog(({ msg }) => msg === "admin listener open");
  assert.equal((await request(`http://127.0.0.1:${port}/healthz`)).status, 200);
  assert.equal(lodestone.log().filter(({ msg }) => String(msg).startsWith("no admin")).length, 1);
});

test("it listens on a Unix socket, too, and a reload takes it elsewhere", async () => {
  await using lodestone = await startLodestone({
    ...HELLO,
    config: HELLO.config.replace("127.0.0.1:0", "unix:./admin.sock"),
  });
  const socketPath = `${lodestone.folder.path}/admin.sock`;
  const ask = async (path: string, method = "GET", host = "anything"): Promise<number> => {
    const outgoing = http.request({ socketPath, path, method, headers: { host } }).end();
    const [response] = (await once(outgoing, "response")) as [http.IncomingMessage];
    await buffer(response);
    return response.statusCode!;
  };
  assert.equal(await ask("/readyz"), 200);
  const { port } = new URL(lodestone.address);
  lodestone.folder.write(
    "lodestone.yaml",
    `listen: ["127.0.0.1:${port}"]\n${HELLO.config.replace("127.0.0.1:0", "0.0.0.0:0")}`,
  );
  assert.equal(await ask("/reload", "POST"), 200);
  const { admin } = await lodestone.waitForLog(
    ({ admin, level }) => String(admin).startsWith("0.0.0.0") && level === 40,
  );
  await assert.rejects(ask("/readyz"));
  assert.equal((await request(`http://127.0.0.1:${String(admin).split(":")[1]}/readyz`)).status, 200);
});
