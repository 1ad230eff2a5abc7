import assert from "node:assert/strict";
import { test } from "node:test";
import { adminJson, askAdmin, scrape } from "../support/admin.ts";
import { startLodestone } from "../support/lodestone.ts";
import { metric } from "../support/metrics_text.ts";
import { startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { openResponse, request } from "../support/request.ts";
import { until } from "../support/until.ts";

const SITE = `
import { stat } from "lodestone";
export default async (request: Request) => {
  if (request.path === "/hello") return new Response("hello");
  if (request.path === "/throw") throw new Error("on purpose");
  if (request.path === "/spin") for (;;);
  if (request.path === "/never") await new Promise(() => {});
  if (request.path === "/fetch") return await fetch("backend:app/fine");
  if (request.path.startsWith("/app")) request.backend = "app";
  if (request.path.startsWith("/dead")) request.backend = "dead";
};
`;

function times(count: number, action: () => Promise<unknown>): Promise<unknown> {
  return Promise.all(Array.from({ length: count }, action));
}

test("every request is counted once, by who answered it, its status and its class", async () => {
  await using origin = await startOrigin({
    "/fine": (_, response) => response.end("fine"),
    "/app": (_, response) => response.end("from the application"),
    "/app/broken": (_, response) => response.writeHead(503).end(),
  });
  await using lodestone = await startLodestone({
    config: `
admin: 127.0.0.1:0
workers: 2
backends:
  app: ${origin.url}
  dead: http://127.0.0.1:1
sites:
  - hosts: [www.example.org]
    scripts: [site.ts]
    root: www
    limits: { cpu: 50ms, deadline: 300ms }
  - hosts: [plain.example.org]
    root: www
`,
    scripts: { "site.ts": SITE },
    files: { "www/page.html": "<p>page", "www/big.bin": Buffer.alloc(200_000) },
  });
  const get = (path: string, method = "GET", host = "www.example.org") =>
    request(lodestone.url(path), { method, host });

  await times(20, () => get("/hello"));
  await times(3, () => get("/hello", "HEAD"));
  await times(4, () => get("/hello", "POST"));
  await times(5, () => get("/page.html"));
  await times(6, () => get("/app"));
  await times(2, () => get("/app/broken"));
  await times(3, () => get("/dead"));
  await times(4, () => get("/throw"));
  await get("/spin");
  await get("/never");
  await times(3, () => get("/fetch"));
  await times(7, () => get("/big.bin", "GET", "plain.example.org"));
  await times(8, () => get("/", "GET", "unknown.example.org"));
  await using raw = await RawConnection.open(lodestone.address);
  raw.write("GET / HTTP/1.1\r\n\r\n");
  await raw.receive("400");

  const told = await scrape(lodestone);
  const site = "www.example.org";
  const requests = (labels: Record<string, string>) => metric(told, "lodestone_requests_total", labels);
  assert.equal(requests({ site, by: "script", status: "200", method: "read" }), 26);
  assert.equal(requests({ site, by: "script", status: "200", method: "write" }), 4);
  assert.equal(requests({ site, by: "file", status: "200" }), 5);
  assert.equal(requests({ site, by: "backend", status: "200" }), 6);
  assert.equal(requests({ site, by: "backend", status: "503" }), 2);
  assert.equal(requests({ site, status: "502" }), 3);
  assert.equal(requests({ site, status: "500" }), 5);
  assert.equal(requests({ site, status: "504" }), 1);
  assert.equal(requests({ site }), 52);
  assert.equal(requests({ site: "plain.example.org", by: "file" }), 7);
  assert.equal(metric(told, "lodestone_response_body_bytes_total", { site: "plain.example.org" }), 1_400_000);
  assert.equal(metric(told, "lodestone_request_duration_seconds_count", { site }), 52);
  assert.equal(metric(told, "lodestone_requests_active"), 0);
  assert.equal(metric(told, "lodestone_requests_without_site_total", { status: "421" }), 8);
  assert.equal(metric(told, "lodestone_requests_without_site_total", { status: "400" }), 1);

  assert.equal(metric(told, "lodestone_backend_responses_total", { backend: "app", status: "2xx" }), 9);
  assert.equal(metric(told, "lodestone_backend_responses_total", { backend: "app", status: "5xx" }), 2);
  assert.equal(
    metric(told, "lodestone_backend_failures_total", { backend: "dead", code: "backend_refused" }),
    3,
  );
  assert.equal(metric(told, "lodestone_backend_connections", { backend: "app", state: "idle" }) > 0, true);
  assert.equal(metric(told, "lodestone_isolate_requests_total", { site }) >= 52, true);
  assert.equal(metric(told, "lodestone_script_limit_hits_total", { site, limit: "cpu" }), 1);
  assert.equal(metric(told, "lodestone_script_limit_hits_total", { site, limit: "deadline" }), 1);
  assert.equal(metric(told, "lodestone_script_operations_total", { site, operation: "origin" }), 3);
  assert.ok(metric(told, "lodestone_isolate_cpu_seconds_total", { site }) >= 0.05);
  assert.ok(metric(told, "lodestone_isolate_memory_bytes", { site }) > 1_000_000);
  assert.ok(metric(told, "lodestone_script_errors_total", { site }) >= 5);
  assert.equal(metric(told, "lodestone_workers", { state: "serving" }), 2);
  assert.equal(metric(told, "lodestone_worker_starts_total"), 2);
  assert.equal(metric(told, "lodestone_build_info"), 1);
  const text = JSON.stringify([...told.values()]);
  assert.doesNotMatch(text, /unknown\.example\.org/);
});

test("what is under way shows while it is", async () => {
  const begun = Promise.withResolvers<() => void>();
  await using origin = await startOrigin((_, response) => begun.resolve(() => response.end("late")));
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:0\nworkers: 1\nsites: [{ hosts: ["*"], backend: ${origin.url} }]`,
  });
  const response = openResponse(lodestone.url("/"));
  const end = await begun.promise;
  const told = await scrape(lodestone);
  assert.equal(metric(told, "lodestone_requests_active"), 1);
  assert.equal(metric(told, "lodestone_connections_open"), 1);
  assert.equal(metric(told, "lodestone_backend_connections", { state: "busy" }), 1);
  end();
  for await (const _ of await response);
  const after = await scrape(lodestone);
  assert.equal(metric(after, "lodestone_requests_active"), 0);
  assert.equal(metric(after, "lodestone_requests_total"), 1);
});

test("counters never go back: not when a worker is killed, nor when scripts or the configuration are reloaded", async () => {
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:0\nworkers: 2\nsites: [{ hosts: ["*"], scripts: [site.ts] }]`,
    scripts: { "site.ts": `export default () => new Response("one");` },
  });
  const total = async () => metric(await scrape(lodestone), "lodestone_requests_total");
  await times(50, () => request(lodestone.url("/")));
  assert.equal(await total(), 50);

  process.kill(lodestone.workers()[0]!, "SIGKILL");
  await lodestone.waitForLog(({ msg }) => msg === "worker ended");
  assert.equal(await total(), 50);
  await until("both serve again", async () => (await askAdmin(lodestone, "/readyz")).status === 200);
  await times(50, () => request(lodestone.url("/")));
  const told = await scrape(lodestone);
  assert.equal(metric(told, "lodestone_requests_total"), 100);
  assert.equal(metric(told, "lodestone_worker_ends_total", { reason: "SIGKILL" }), 1);
  assert.equal(metric(told, "lodestone_worker_starts_total"), 3);

  lodestone.folder.write("site.ts", `export default () => new Response("two");`);
  await lodestone.waitForLog(({ msg }) => msg === "script reloaded");
  await times(10, () => request(lodestone.url("/")));
  assert.equal(await total(), 110);

  const reload = await askAdmin(lodestone, "/reload", "POST");
  assert.deepEqual([reload.status, JSON.parse(reload.text)], [200, { outcome: "done" }]);
  await times(10, () => request(lodestone.url("/")));
  await until("the old workers have ended", async () => {
    return metric(await scrape(lodestone), "lodestone_worker_ends_total", { reason: "clean" }) === 2;
  });
  const last = await scrape(lodestone);
  assert.equal(metric(last, "lodestone_requests_total"), 120);
  assert.equal(metric(last, "lodestone_request_duration_seconds_count"), 120);
  assert.equal(metric(last, "lodestone_reloads_total", { outcome: "done" }), 1);
  assert.equal(metric(last, "lodestone_workers", { state: "serving" }), 2);
});

test("the totals of a worker that was told to end stay, without a scrape before its end", async () => {
  await using lodestone = await startLodestone({
    config: `admin: 127.0.0.1:0\nworkers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts] }]`,
    scripts: { "site.ts": `export default () => new Response("one");` },
  });
  await times(30, () => request(lodestone.url("/")));
  process.kill(lodestone.workers()[0]!, "SIGTERM");
  await lodestone.waitForLog(({ msg }) => msg === "worker ended");
  assert.equal(metric(await scrape(lodestone), "lodestone_requests_total"), 30);
});

test("the admin listener answers while every worker is stuck in a script", async () => {
  await using lodestone = await startLodestone({
    config: `
admin: 127.0.0.1:0
workers: 1
watchdog: { heartbeat: 30s }
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    limits: { cpu: 10s }
`,
    scripts: {
      "site.ts": `export default (request) => { if (request.path === "/spin") for (;;); return new Response("fine"); };`,
    },
  });
  await times(5, () => request(lodestone.url("/")));
  assert.equal(metric(await scrape(lodestone), "lodestone_requests_total"), 5);
  const stuck = request(lodestone.url("/spin")).catch(() => {});
  await until("the worker is stuck", async () => {
    const told = await scrape(lodestone);
    assert.equal(metric(told, "lodestone_requests_total"), 5);
    return metric(told, "lodestone_workers_unanswered") === 1;
  });
  assert.equal((await askAdmin(lodestone, "/healthz")).status, 200);
  const [worker] = await adminJson<{ answered: boolean; state: string; pid: number }[]>(
    lodestone,
    "/workers",
  );
  assert.deepEqual([worker!.answered, worker!.state], [false, "serving"]);
  process.kill(worker!.pid, "SIGKILL");
  await stuck;
});
