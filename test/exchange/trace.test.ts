import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TraceStep } from "../../core/observe/trace.ts";
import { openTrace, traceKey } from "../../core/observe/trace_seal.ts";
import { signTrace } from "../../core/observe/trace_signature.ts";
import { type HarnessOptions, SiteHarness, type TestRequest } from "../script/site_harness.ts";
import { until } from "../support/until.ts";

const SECRET = "the secret of these tests";
/** How a trace names the value of `env.KEY`. */
const NAMED = "$" + "{KEY}";

const start = (t: TestContext, script: string, options: HarnessOptions = {}) =>
  SiteHarness.start(t, script, { traceSecret: SECRET, ...options });

function signed(target: string, method = "GET"): string {
  const [path = "", query] = target.split("?");
  const expiry = Math.floor(Date.now() / 1000) + 60;
  return `Lodestone-Trace: ${signTrace({ method, host: "a.test", path, query }, SECRET, expiry)}\r\n`;
}

function ask(site: SiteHarness, target: string): TestRequest {
  return site.request(target, { fields: signed(target) });
}

/** The steps in the log, which has all of them. */
async function stepsOf(site: SiteHarness, request: TestRequest): Promise<TraceStep[]> {
  const { headers } = await request.answer;
  const id = headers.get("lodestone-trace-id");
  const line = await until("the trace is logged", () =>
    site.log.find((line) => line.msg === "trace" && line.id === id),
  );
  return line.trace as TraceStep[];
}

/** Without times and folders: `return site.ts:3:5 Response 200`. */
function words(site: SiteHarness, steps: readonly TraceStep[]): string[] {
  return steps.map((step) => {
    const { at: _, step: name, ...rest } = step;
    const values = Object.entries(rest).filter(([key]) => !/^(took|id|site|scripts)$/.test(key));
    return `${name} ${values.map(([, value]) => value).join(" ")}`
      .replaceAll(`${site.folder.path}/`, "")
      .trim();
  });
}

const trace = async (site: SiteHarness, target: string) =>
  words(site, await stepsOf(site, ask(site, target)));

test("a trace tells each step of a script, and the line that returned", async (t) => {
  const site = await start(
    t,
    `import { readDir, readFile, stat } from "lodestone";
import { sha256 } from "lodestone/crypto";

export default async (request: Request) => {
  if (request.path === "/again") {
    return new Request("/old?q", request);
  }
  console.warn("seen", sha256("x").slice(0, 4));
  stat(request.file);
  stat("/etc/passwd");
  const page = await readFile(request.file, "utf8");
  await readDir(request.file + "/none");
  await new Promise((resolve) => setTimeout(resolve, 200));
  return Response.redirect("http://a.test/new/" + page, 301);
};`,
    { files: { again: "-", old: "page" } },
  );
  const steps = await stepsOf(site, ask(site, "/again"));
  assert.deepEqual(words(site, steps), [
    "request GET /again",
    "load 1",
    "script site.ts",
    "return site.ts Request GET /old?q site.ts:6:5",
    "restart GET /old?q",
    "script site.ts",
    "crypto hash sha256",
    "log 40 seen 2d71",
    "stat old a file of 4 bytes",
    "stat /etc/passwd nothing",
    "begin 1 readFile old",
    "end 1 4 characters",
    "begin 2 readDir old/none",
    "end 2 nothing",
    "begin 3 timer of 200 ms",
    "end 3 due",
    "return site.ts Response 301 location http://a.test/new/page site.ts:14:3",
    "send 301 script",
    "end of request 0",
  ]);
  const times = steps.map(({ at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  const [begin, end] = steps.filter((step) => "operation" in step && step.operation === 3);
  assert.ok(begin?.step === "begin" && end?.step === "end");
  // Between the two steps, which are each rounded to a microsecond.
  assert.ok(end.took <= end.at - begin.at + 0.002, `${end.took} ms`);
  // Node counts from when its loop has last looked at the clock, which is long ago when others had the processor since.
  assert.ok(end.took >= 100, `${end.took} ms`);
});

test("what scripts change is told, from what to what, and where it goes", async (t) => {
  const site = await start(
    t,
    `export const onResponse = (response: Response, request: Request) => {
  if (request.method === "POST") return;
  response.headers.delete("x-b");
  response.headers.set("x-c", "2");
  if (request.query.startsWith("new")) return new Response(response.body, { status: 202 });
};
export default (request: Request) => {
  request.path = "/shop" + request.path;
  request.query = request.query + "&more";
  request.headers.set("x-a", "1");
  request.headers.delete("accept");
  request.backend = "app";
  request.env.USER = "ada";
};`,
  );
  const target = "/cart?new";
  const request = site.request(target, { fields: `${signed(target)}Accept: */*\r\n` });
  const call = await site.backend.call(0);
  assert.doesNotMatch(call.request.headers.toText(), /lodestone/i);
  call.respond(200, "body", "X-B: 1\r\n");
  assert.deepEqual(words(site, await stepsOf(site, request)).slice(2), [
    "script site.ts",
    "change site.ts path /cart /shop/cart",
    "change site.ts query new new&more",
    "change site.ts header accept */*",
    "change site.ts header x-a 1",
    "change site.ts backend app",
    "change site.ts env USER ada",
    "return site.ts nothing",
    "escalate backend app GET /shop/cart?new&more",
    "answer backend 200",
    "onResponse site.ts",
    "change site.ts status 200 202",
    "change site.ts header x-b 1",
    "return site.ts Response 202 site.ts:5:40",
    "send 202 backend",
    "end of request 4",
  ]);
});

test("fetches, bodies and failures are told", async (t) => {
  const site = await start(
    t,
    `export default async (request: Request) => {
  if (request.path === "/throw") {
    throw new TypeError("not today");
  }
  const text = await request.text();
  request.path = "/api";
  const response = await fetch(request);
  if (request.query === "pass") return fetch(request);
  return new Response(text + (await response.text()), response);
};`,
    { files: { api: "a file" } },
  );
  const target = "/x";
  const request = site.request(target, { method: "POST", fields: signed(target, "POST"), body: "sent" });
  (await site.backend.call(0)).respond(201, "fetched");
  assert.deepEqual(words(site, await stepsOf(site, request)).slice(2), [
    "script site.ts",
    "begin 1 the request's body, as text",
    "end 1 4 characters",
    "begin 2 fetch POST /api from backend app",
    "end 2 201 from backend",
    "begin 3 a fetched body, as text",
    "end 3 7 characters",
    "change site.ts path /x /api",
    "return site.ts Response 201 site.ts:9:3",
    "send 201 script",
    "end of request 11",
  ]);
  assert.deepEqual((await trace(site, "/y?pass")).slice(2), [
    "begin 1 fetch GET /api?pass from file api, else backend app",
    "end 1 200 from file",
    "begin 2 fetch GET /api?pass from file api, else backend app",
    "end 2 200 from file",
    "change site.ts path /y /api",
    "return site.ts Response 200 site.ts:8:33",
    "send 200 file",
    "end of request 6",
  ]);
  assert.deepEqual((await trace(site, "/throw")).slice(1, 3), [
    "script site.ts",
    "failure 500 script_error TypeError: not today site.ts:3:11",
  ]);
});

test("what belongs to no exchange is told where it was begun", async (t) => {
  const site = await start(
    t,
    `export default async (request: Request) => {
  const key = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const response = await fetch("backend:app/thing?q", { method: "PUT", body: "x" });
  const reader = response.body.getReader();
  const { value } = await reader.read();
  clearTimeout(setTimeout(() => {}, 60000));
  return new Response(value.length + (await key).publicKey.type);
};`,
  );
  const request = ask(site, "/x");
  (await site.backend.call(0)).respond(203, "fetched");
  const lines = words(site, await stepsOf(site, request)).slice(3);
  assert.equal((await request.answer).text, "7public");
  const begun = lines
    .filter((line) => line.startsWith("begin"))
    .map((line) => line.replace(/^begin \d+ /, ""));
  assert.deepEqual(begun.slice(0, 2).toSorted(), ["crypto.generateKey", "fetch PUT backend:app/thing?q"]);
  assert.ok(begun.includes("timer of 60000 ms"));
  const number = lines.find((line) => line.includes("backend:app"))?.split(" ")[1];
  assert.ok(
    lines.some((line) => line.startsWith(`end ${number} 203`)),
    lines.join("\n"),
  );
  const timer = lines.find((line) => line.includes("timer"))?.split(" ")[1];
  assert.ok(lines.includes(`end ${timer} stopped`), lines.join("\n"));
});

test("which return decided is exact: not a helper's, not a callback's, not another branch's", async (t) => {
  const site = await start(
    t,
    `const helper = () => undefined;
const number = () => { return 404; };
async function later() { await null; return undefined; }
const answer = () => new Response("made elsewhere");
export default async (request: Request) => {
  void later();
  if (request.path === "/end") { helper(); }
  if (request.path === "/bare") { helper(); return; }
  if (request.path === "/finally") { try { return 403; } finally { number(); } }
  if (request.path === "/call") return number();
  if (request.path === "/race") { const slow = later(); queueMicrotask(helper); void slow; return 410; }
  if (request.path === "/made") return answer();
  if (request.path === "/promise") return Promise.resolve(new Response("x"));
  if (request.path === "/map") [1, 2].map((n) => n * 2);
};`,
  );
  const place = async (path: string) => {
    const request = ask(site, path);
    await site.turn();
    const line = words(site, await stepsOfAnswered(site, request)).find((word) => word.startsWith("return"));
    return line;
  };
  async function stepsOfAnswered(harness: SiteHarness, request: TestRequest): Promise<TraceStep[]> {
    for (const call of harness.backend.calls.splice(0)) call.respond(200, "");
    return await stepsOf(harness, request);
  }
  await ask(site, "/call").answer;
  assert.equal(await place("/end"), "return site.ts nothing");
  assert.equal(await place("/map"), "return site.ts nothing");
  assert.equal(await place("/bare"), "return site.ts nothing site.ts:8:45");
  assert.equal(await place("/finally"), "return site.ts 403 site.ts:9:44");
  assert.equal(await place("/call"), "return site.ts 404 site.ts:10:33");
  assert.equal(await place("/race"), "return site.ts 410 site.ts:11:92");
  assert.equal(await place("/made"), "return site.ts Response 200 site.ts:12:33");
  assert.equal(await place("/promise"), "return site.ts Response 200 site.ts:13:36");
});

for (const [name, script] of [
  [
    "Hono",
    `import { Hono } from "hono";
const app = new Hono();
app.use("/seen", async (c, next) => { await next(); c.header("x-seen", "1"); });
app.get("/text", (c) => c.text("hello")).get("/seen", (c) => c.text("seen"));
app.get("/later", async (c) => {
  await null;
  return c.json({ a: 1 });
});
export default app;`,
  ],
  [
    "itty-router",
    `import { AutoRouter } from "itty-router";
const router = AutoRouter();
router
  .get("/text", () => new Response("hello"));
router.get("/later", async () => {
  await null;
  return Response.json({ a: 1 });
});
export default router;`,
  ],
] as const) {
  test(`behind the router of ${name} it is the return of the route's handler`, async (t) => {
    const site = await start(t, "export default () => 204;");
    mkdirSync(join(site.folder.path, "node_modules"));
    for (const module of ["hono", "itty-router"]) {
      symlinkSync(
        join(import.meta.dirname, "../../node_modules", module),
        join(site.folder.path, "node_modules", module),
      );
    }
    await site.reload(script);
    const placeOf = async (path: string) =>
      (await trace(site, path)).find((line) => line.startsWith("return"))?.replace(/.* /, "");
    assert.equal(await placeOf("/text"), name === "Hono" ? "site.ts:4:25" : "site.ts:4:23");
    assert.equal(await placeOf("/later"), "site.ts:7:3");
    if (name !== "Hono") return;
    // Hono makes another Response of it there; nobody can tell for certain whose it is.
    const steps = await stepsOf(site, ask(site, "/seen"));
    const step = steps.find((each) => each.step === "return");
    assert.ok(step?.step === "return" && step.place === undefined && step.latest?.endsWith("/site.ts:4:62"));
  });
}

test("requests beside a traced one leave nothing in its trace, nor traced ones in each other's", async (t) => {
  const site = await start(
    t,
    `import { readFile, stat } from "lodestone";
import { md5 } from "lodestone/crypto";
export default async (request: Request) => {
  for (let i = 0; i < 3; i++) {
    stat(request.file);
    await readFile(request.file);
    console.log(request.path, md5(request.path).length);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await fetch(request);
  return new Response(request.path);
};`,
  );
  const requests = Array.from({ length: 30 }, (_, i) =>
    i % 10 === 0 ? ask(site, `/traced${i}`) : site.request(`/other${i}`),
  );
  for (let i = 0; i < requests.length; i++) (await site.backend.call(i)).respond(200, "x");
  await Promise.all(requests.map((request) => request.answer));
  for (const i of [0, 10, 20]) {
    const lines = words(site, await stepsOf(site, requests[i]!));
    const named = lines.filter((line) => /\/|traced|other/.test(line.replace(/^(load|script).*/, "")));
    assert.ok(named.length >= 10);
    for (const line of named) assert.match(line, new RegExp(`traced${i}\\b|site\\.ts`), line);
    assert.equal(lines.filter((line) => line.startsWith("crypto")).length, 3);
    assert.equal(lines.filter((line) => line.startsWith("log")).length, 3);
    assert.equal(lines.filter((line) => line.startsWith("end")).length, 3 + 3 + 1 + 1);
  }
  const untraced = await requests[1]!.answer;
  assert.equal(untraced.headers.has("lodestone-trace"), false);
});

test("only the answer to a right signature differs, and only by two headers", async (t) => {
  const site = await start(
    t,
    `export default (request) => new Response([...request.headers.keys()].join());`,
  );
  const plain = await site.get("/x");
  assert.equal(plain.text, "host");
  const expiry = Math.floor(Date.now() / 1000) + 60;
  const request = { method: "GET", host: "a.test", path: "/x", query: undefined };
  const wrong = [
    signTrace(request, `${SECRET}.`, expiry),
    signTrace(request, SECRET, expiry - 61),
    signTrace(request, SECRET, expiry + 3600),
    signTrace({ ...request, method: "HEAD" }, SECRET, expiry),
    signTrace({ ...request, host: "b.test" }, SECRET, expiry),
    signTrace({ ...request, path: "/y" }, SECRET, expiry),
    signTrace({ ...request, query: "" }, SECRET, expiry),
    `${signTrace(request, SECRET, expiry)}, ${signTrace(request, SECRET, expiry)}`,
    "",
    "1.x",
  ];
  for (const value of wrong) {
    const answer = await site.request("/x", { fields: `Lodestone-Trace: ${value}\r\n` }).answer;
    assert.deepEqual([answer.text, answer.headers.toText()], ["host", plain.headers.toText()], value);
  }
  const reasons = site.log
    .filter((line) => line.msg === "not traced")
    .map(({ level, reason }) => [level, reason]);
  assert.deepEqual(reasons, [
    [20, "its signature is wrong"],
    [20, "its signature is expired"],
    [20, "its signature is valid for too long"],
    ...Array.from({ length: 4 }, () => [20, "its signature is wrong"]),
    ...Array.from({ length: 3 }, () => [20, "its signature is malformed"]),
  ]);
  const traced = await ask(site, "/x").answer;
  const [sealed, id] = [traced.headers.get("lodestone-trace")!, traced.headers.get("lodestone-trace-id")];
  for (const name of ["lodestone-trace", "lodestone-trace-id"]) traced.headers.delete(name);
  assert.deepEqual([traced.text, traced.headers.toText()], ["host", plain.headers.toText()]);
  const [first] = openTrace(sealed, traceKey(SECRET))!;
  assert.ok(first?.step === "request" && first.id === id);
});

test("without a secret the header is nothing, and goes nowhere", async (t) => {
  const site = await SiteHarness.start(t, `export default (request) => { request.backend = "app"; };`);
  const request = ask(site, "/x");
  const call = await site.backend.call(0);
  assert.doesNotMatch(call.request.headers.toText(), /lodestone/i);
  call.respond(200, "x");
  assert.equal((await request.answer).headers.toText(), "");
});

test("secrets are named, not told", async (t) => {
  const site = await start(
    t,
    `import { env } from "lodestone";
export default (request) => {
  console.log("the key is " + env.KEY);
  request.headers.set("authorization", "Bearer abc");
  request.headers.set("x-key", env.KEY);
  request.headers.set("cookie", "session=1");
};`,
    { env: { KEY: "very-secret-key", SHORT: "x" } },
  );
  const request = ask(site, "/x");
  (await site.backend.call(0)).respond(200, "x");
  const lines = words(site, await stepsOf(site, request));
  const told = JSON.stringify(lines);
  assert.doesNotMatch(told, /very-secret-key|abc|session/);
  assert.ok(lines.includes(`log 30 the key is ${NAMED}`));
  assert.ok(lines.includes("change site.ts header authorization (10 characters)"));
  assert.ok(lines.includes(`change site.ts header x-key ${NAMED}`));
  const sealed = openTrace((await request.answer).headers.get("lodestone-trace")!, traceKey(SECRET));
  assert.doesNotMatch(JSON.stringify(sealed), /very-secret-key|Bearer|session/);
});

test("a trace is bounded, whatever a script does, and its header is short", async (t) => {
  const site = await start(
    t,
    `import { stat } from "lodestone";
export default (request) => {
  for (let i = 0; i < 5000; i++) stat("/" + Math.random());
  console.log("x".repeat(100000));
  return new Response("fine");
};`,
    { limits: { cpu: 5000 } },
  );
  const request = ask(site, "/x");
  const steps = await stepsOf(site, request);
  assert.ok(steps.length <= 1010 && JSON.stringify(steps).length < 80_000);
  assert.deepEqual(
    words(site, steps.slice(-3)).map((line) => line.replace(/\d{4}/, "N")),
    ["left out N", "send 200 script", "end of request 4"],
  );
  const sealed = (await request.answer).headers.get("lodestone-trace")!;
  assert.ok(sealed.length <= 4096);
  const opened = openTrace(sealed, traceKey(SECRET))!;
  assert.equal(opened[0]!.step, "request");
  assert.equal(opened.at(-1)!.step, "send");
  assert.ok(opened.some(({ step }) => step === "left out"));
});

test("a script cannot reach the tracing, nor does breaking the built-ins break the request", async (t) => {
  const site = await start(
    t,
    `export default (request) => {
  let reached = "";
  try { reached += typeof require; } catch { reached += "none"; }
  for (const name of ["matchAll", "trim", "toLowerCase"]) String.prototype[name] = () => { throw new Error(name); };
  Map.prototype.get = () => { throw new Error("get"); };
  Array.prototype.push = () => { throw new Error("push"); };
  Promise.prototype.then = undefined;
  Function.prototype.toString = () => { throw new Error("toString"); };
  return new Response("fine");
};`,
  );
  for (let i = 0; i < 2; i++) {
    const { status, text } = await ask(site, "/x").answer;
    assert.deepEqual([status, text], [200, "fine"]);
  }
});

test("a traced request that uses up its time fails alone, and others go on", async (t) => {
  const site = await start(
    t,
    `export default (request) => { if (request.path === "/loop") for (;;); return new Response("fine"); };`,
  );
  await site.get("/x");
  const loop = ask(site, "/loop");
  const others = site.send("/a", "/b");
  assert.equal((await loop.answer).status, 500);
  for (const other of others) assert.equal((await other.answer).text, "fine");
  const failure = (await stepsOf(site, loop)).find((step) => step.step === "failure");
  assert.ok(failure?.step === "failure" && failure.code === "script_cpu_limit");
});

test("traced requests behind one that fills the memory run in the next isolate", async (t) => {
  const site = await start(
    t,
    `export default (request) => {
  const all = [];
  if (request.path === "/fill") for (;;) all.push(new Array(1000).fill(all.length));
  return new Response("fine");
};`,
    { limits: { cpu: 20_000, memory: 16 } },
  );
  const requests = ["/a", "/fill", "/b", "/c"].map((path) => ask(site, path));
  const answers = await Promise.all(requests.map(({ answer }) => answer));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 500, 200, 200],
  );
  const again = words(site, await stepsOf(site, requests[2]!)).filter((line) => /^(load|script)/.test(line));
  assert.deepEqual(again, ["load 1", "script site.ts"]);
});

test("so many traces at once are enough", async (t) => {
  const site = await start(t, `export default (request) => { request.backend = "app"; };`);
  const requests = Array.from({ length: 18 }, () => ask(site, "/x"));
  for (let i = 0; i < 18; i++) (await site.backend.call(i)).respond(200, "x");
  const answers = await Promise.all(requests.map(({ answer }) => answer));
  assert.equal(answers.filter(({ headers }) => headers.has("lodestone-trace")).length, 16);
  assert.match(
    site.log.find((line) => line.msg === "not traced")?.reason as string,
    /16 traces are under way/,
  );
  const another = ask(site, "/x");
  (await site.backend.call(18)).respond(200, "x");
  assert.ok((await another.answer).headers.has("lodestone-trace"));
});

test("a traced request meets what an untraced one meets: what comes for it at once goes in at once", async (t) => {
  const site = await start(
    t,
    `import { log } from "lodestone";
export default async (request) => {
  request.signal.addEventListener("abort", () => log.info("aborted: " + request.signal.reason.name));
  return fetch(request);
};`,
  );
  for (const fields of ["", signed("/x")]) {
    site.log.length = 0;
    const request = site.request("/x", { fields });
    await site.backend.call(site.backend.calls.length);
    request.leave();
    await until("the script is told", () => /aborted: AbortError/.test(site.logText()));
  }
});

test("the client's leaving is the end of a trace", async (t) => {
  const site = await start(t, `export default () => new Promise((resolve) => setTimeout(resolve, 20000));`);
  const request = ask(site, "/x");
  await site.turn();
  request.leave();
  const line = await until("the trace is logged", () => site.log.find((line) => line.msg === "trace"));
  const last = (line.trace as TraceStep[]).at(-1)!;
  assert.ok(last.step === "end of request" && last.error === "the client left");
});
