import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { type SiteOptions, site } from "../../core/testing/site.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = new TemporaryFolder("test-site");
  t.after(() => folder[Symbol.dispose]());
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder.path;
}

/** A site of one script. */
function siteOf(t: TestContext, script: string, options: SiteOptions = {}) {
  const made = site(join(folderWith(t, { "site.ts": script }), "site.ts"), options);
  t.after(() => made.close());
  return made;
}

test("a script's answer is what a client would get", async (t) => {
  const s = siteOf(
    t,
    `export default (request) => request.path === "/old" ? Response.redirect("/new", 301) : 404;`,
  );
  const response = await s.fetch("/old");
  assert.ok(response instanceof Response);
  assert.equal(response.status, 301);
  assert.equal(response.headers.get("location"), "/new");
  assert.equal(response.escalated, undefined);
  assert.equal(response.error, undefined);
  const page = await s.fetch("/x");
  assert.equal(page.status, 404);
  assert.match(await page.text(), /404 Not Found/);
});

test("method, headers, query, body and client reach the script", async (t) => {
  const s = siteOf(
    t,
    `export default async (r: Request) => Response.json([r.method, r.url, r.headers.get("x-one"), r.query, await r.text(), r.client]);`,
  );
  const response = await s.fetch("https://a.test/p?q=1", {
    method: "PUT",
    headers: { "X-One": "1" },
    body: "hello",
    client: { address: "192.0.2.9", port: 7 },
  });
  assert.deepEqual(await response.json(), [
    "PUT",
    "https://a.test/p?q=1",
    "1",
    "q=1",
    "hello",
    { address: "192.0.2.9", port: 7, tls: {} },
  ]);
});

test("a client may speak TLS, with a certificate of its own", async (t) => {
  const s = siteOf(
    t,
    "export default (r: Request) => Response.json(r.client.tls?.certificate?.subject ?? null);",
  );
  const certificate = {
    subject: "CN=Zoë,O=Example",
    issuer: "CN=authority",
    serialNumber: "01",
    fingerprint256: "ab",
    names: [],
    validFrom: "2026-01-01T00:00:00.000Z",
    validTo: "2027-01-01T00:00:00.000Z",
    verified: true,
  };
  const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", resumed: false, certificate };
  assert.equal(await (await s.fetch("/", { client: { tls } })).json(), "CN=Zoë,O=Example");
  assert.equal(await (await s.fetch("/")).json(), null);
});

test("bodies of every form are sent, and bytes come back as they are", async (t) => {
  const s = siteOf(
    t,
    `export default async (r: Request) => new Response(await r.bytes(), { headers: { "x-type": r.headers.get("content-type") ?? "" } });`,
  );
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const bytes = await s.fetch("/", { method: "POST", body: all });
  assert.deepEqual(await bytes.bytes(), all);
  const stream = await s.fetch("/", { method: "POST", body: new Blob(["streamed"]).stream() });
  assert.equal(await stream.text(), "streamed");
  const form = await s.fetch("/", { method: "POST", body: new URLSearchParams({ a: "1" }) });
  assert.equal(await form.text(), "a=1");
  assert.match(form.headers.get("x-type")!, /^application\/x-www-form-urlencoded/);
});

test("variables of a module live from one fetch to the next, and each site has its own", async (t) => {
  const folder = folderWith(t, { "site.ts": "let n = 0; export default () => new Response(String(++n));" });
  const [one, other] = [site(join(folder, "site.ts")), site(pathToFileURL(join(folder, "site.ts")))];
  await one.fetch("/");
  assert.equal(await (await one.fetch("/")).text(), "2");
  assert.equal(await (await other.fetch("/")).text(), "1");
});

test("a request that goes to a backend tells where, and as what", async (t) => {
  const s = siteOf(
    t,
    `export default (request: Request) => {
       request.backend = "app";
       request.path = "/v2" + request.path;
       request.query = "b=2";
       request.headers.set("x-base", "/v2");
       request.headers.delete("cookie");
       request.env.USER = "ada";
     };`,
    { backends: { app: (request) => new Response(`${request.method} ${request.url}`, { status: 203 }) } },
  );
  const response = await s.fetch("/x?a=1", { headers: { cookie: "a=1" } });
  const { headers, ...escalated } = response.escalated!;
  assert.deepEqual(escalated, {
    to: "backend",
    backend: "app",
    file: undefined,
    method: "GET",
    path: "/v2/x",
    query: "b=2",
    env: { USER: "ada" },
    body: undefined,
  });
  assert.deepEqual(
    [...headers],
    [
      ["host", "localhost"],
      ["x-base", "/v2"],
    ],
  );
  assert.equal(response.status, 203);
  assert.equal(await response.text(), "GET http://localhost/v2/x?b=2");
});

test("a backend's function gets the request as its server would", async (t) => {
  const s = siteOf(t, `export default (request: Request) => { request.backend = "app"; };`, {
    backends: {
      app: async (request) => Response.json([Object.fromEntries(request.headers), await request.text()]),
    },
  });
  const response = await s.fetch("http://a.test/", { method: "POST", body: "hello" });
  const [headers, body] = (await response.json()) as [Record<string, string>, string];
  assert.equal(body, "hello");
  assert.equal(headers.host, "a.test");
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
});

test("what a script fetches from a backend comes from the function and is no escalation", async (t) => {
  const s = siteOf(
    t,
    `export default async (request: Request) => {
       request.backend = "app";
       const answer = await fetch(request);
       return new Response("got " + (await answer.text()), { status: answer.status });
     };`,
    { backends: { app: () => new Response("app", { status: 404 }) } },
  );
  const response = await s.fetch("/");
  assert.deepEqual([response.status, await response.text()], [404, "got app"]);
  assert.equal(response.escalated, undefined);
});

test("a site's own backend gets what scripts and files leave over, and onResponse sees what it says", async (t) => {
  const script = `export default () => {}; export const onResponse = (response: Response) => { response.headers.set("x-seen", "1"); };`;
  const root = folderWith(t, { "here.txt": "a file" });
  const s = siteOf(t, script, { root, backend: "app", backends: { app: () => new Response("app") } });
  const file = await s.fetch("/here.txt");
  assert.deepEqual([file.escalated?.to, file.escalated?.file], ["file", join(root, "here.txt")]);
  assert.equal(await file.text(), "a file");
  assert.equal(file.headers.get("x-seen"), "1");
  const other = await s.fetch("/there.txt");
  assert.deepEqual([other.escalated?.to, other.escalated?.backend], ["backend", "app"]);
  assert.equal(await other.text(), "app");
});

test("a request for which there is nothing goes nowhere and gets 404", async (t) => {
  const response = await siteOf(t, "export default () => {};").fetch("/x");
  assert.deepEqual([response.status, response.escalated?.to], [404, "none"]);
});

test("a backend that nothing stands for is told of, and gives 502", async (t) => {
  const s = siteOf(t, `export default (request: Request) => { request.backend = "app"; };`);
  const response = await s.fetch("/");
  assert.equal(response.status, 502);
  assert.equal(response.escalated?.backend, "app");
  assert.equal(response.error?.code, "backend_absent");
  assert.match(response.error!.message, /backends: \{ "app": /);
});

for (const [what, answer, message] of [
  ["throws", () => Promise.reject(new Error("no luck")), /no luck/],
  ["returns nothing", () => undefined as never, /must return a Response, got undefined/],
] as const) {
  test(`a function that ${what} is a backend that has broken down`, async (t) => {
    const s = siteOf(t, `export default (request: Request) => { request.backend = "app"; };`, {
      backends: { app: answer },
    });
    const response = await s.fetch("/");
    assert.deepEqual([response.status, response.error?.code], [502, "backend_function_failed"]);
    assert.match(response.error!.message, message);
  });
}

test("a script that throws gives the 500 of a client, and the error names the place", async (t) => {
  const s = siteOf(t, `interface A {}\nexport default () => {\n  throw new TypeError("late boom");\n};`);
  const response = await s.fetch("/");
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /boom/);
  const { error } = response;
  assert.ok(error instanceof Error);
  assert.equal(error.message, "TypeError: late boom");
  assert.deepEqual([error.code, error.line, error.column], ["script_error", 3, 9]);
  assert.match(error.stack!, /site\.ts:3:9: TypeError: late boom\n .*throw new TypeError.*\n +\^\n/);
  assert.throws(() => assert.ifError(error), /late boom/);
});

test("a script that throws while it loads gives 503, and says why", async (t) => {
  const response = await siteOf(t, `export default () => {};\nthrow new Error("early boom");`).fetch("/");
  assert.equal(response.status, 503);
  assert.equal(response.error?.message, "Error: early boom");
  assert.equal(response.error?.line, 2);
});

test("a script that does not compile makes fetch reject with its line", async (t) => {
  const s = siteOf(t, "export default () => 2 +;");
  await assert.rejects(s.fetch("/"), /site\.ts:1:25: .*\n.*\n +\^/);
});

test("limits are those of the test", async (t) => {
  const s = siteOf(
    t,
    "export default (r: Request) => { if (r.path === '/loop') for (;;); return new Promise(() => {}); };",
    {
      limits: { cpu: 50, deadline: 60 },
    },
  );
  const [loop, never] = [await s.fetch("/loop"), await s.fetch("/never")];
  assert.deepEqual([loop.status, loop.error?.code], [500, "script_cpu_limit"]);
  assert.deepEqual([never.status, never.error?.code], [504, "script_deadline"]);
});

test("what is logged comes with the response and stays with the site", async (t) => {
  const s = siteOf(t, `export default (r: Request) => { console.warn("at", r.path); return 204; };`);
  assert.deepEqual((await s.fetch("/a")).logs, [{ level: "warn", text: "at /a" }]);
  await s.fetch("/b");
  assert.deepEqual(
    s.logs.map(({ text }) => text),
    ["at /a", "at /b"],
  );
});

test("env is what the test says and nothing else", async (t) => {
  const s = siteOf(t, `import { env } from "lodestone"; export default () => Response.json(env);`, {
    env: { A: "1" },
  });
  assert.deepEqual(await (await s.fetch("/")).json(), { A: "1" });
});

test("another host than the site's gets 421, and a path is asked of its first one", async (t) => {
  const s = siteOf(t, "export default (r: Request) => new Response(r.url);", {
    hosts: ["www.a.test", "*.b.test"],
  });
  assert.equal(await (await s.fetch("/x")).text(), "http://www.a.test/x");
  assert.equal((await s.fetch("http://any.b.test/")).status, 200);
  const other = await s.fetch("http://c.test/");
  assert.equal(other.status, 421);
  assert.match(other.error!.message, /no site has the host "c\.test"; there are: www\.a\.test, \*\.b\.test/);
});

test("what the proxy refuses never meets the script", async (t) => {
  const s = siteOf(t, "export default () => 200;");
  const response = await s.fetch("/%zz");
  assert.deepEqual([response.status, response.error?.code], [400, "malformed_request"]);
  await assert.rejects(s.fetch("old"), {
    name: "TypeError",
    message: /neither a path such as "\/old" nor an http URL: "old"/,
  });
});

test("HEAD and 204 have no body", async (t) => {
  const s = siteOf(t, "export default (r: Request) => r.path === '/no' ? 204 : new Response('hello');");
  const head = await s.fetch("/", { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "5", ""]);
  assert.equal((await s.fetch("/no")).body, null);
});

test("fetches at the same time share the isolate", async (t) => {
  const s = siteOf(
    t,
    `let most = 0, now = 0;
     export default async () => { most = Math.max(most, ++now); await new Promise((r) => setTimeout(r, 20)); now--; return new Response(String(most)); };`,
  );
  const texts = await Promise.all(Array.from({ length: 10 }, async () => (await s.fetch("/")).text()));
  assert.equal(texts.at(-1), "10");
});

test("an aborted fetch rejects with the reason, and the site goes on", async (t) => {
  const s = siteOf(t, "export default (r: Request) => r.path === '/never' ? new Promise(() => {}) : 204;");
  const controller = new AbortController();
  const never = s.fetch("/never", { signal: controller.signal });
  await s.fetch("/");
  controller.abort(new Error("enough"));
  await assert.rejects(never, /enough/);
  assert.equal((await s.fetch("/")).status, 204);
});

test("several scripts run in order", async (t) => {
  const folder = folderWith(t, {
    "gate.ts": "export default (r: Request) => { if (r.path === '/no') return 403; };",
    "pages.ts": "export default () => new Response('page');",
  });
  const s = site([join(folder, "gate.ts"), join(folder, "pages.ts")]);
  assert.equal((await s.fetch("/no")).status, 403);
  assert.equal(await (await s.fetch("/yes")).text(), "page");
});

test("a configuration brings all its sites, found by host, and no backend of it is asked", async (t) => {
  const folder = folderWith(t, {
    "lodestone.yaml": `sites:
  - { hosts: [a.test], scripts: [a.ts], env: { TOKEN: "\${TOKEN}" } }
  - { hosts: [b.test], root: www, backend: app }
backends: { app: "http://127.0.0.1:1" }
`,
    "a.ts": `import { env } from "lodestone"; export default (r: Request) => { if (r.path === "/t") return new Response(env.TOKEN); r.backend = "other"; };`,
    "www/x.txt": "x",
  });
  const s = site(join(folder, "lodestone.yaml"), {
    env: { TOKEN: "t" },
    backends: { app: () => new Response("app") },
  });
  assert.equal(await (await s.fetch("/t")).text(), "t");
  assert.equal(await (await s.fetch("http://b.test/x.txt")).text(), "x");
  assert.equal(await (await s.fetch("http://b.test/y")).text(), "app");
  const unknown = await s.fetch("/");
  assert.deepEqual([unknown.status, unknown.error?.code], [500, "backend_unknown"]);
  assert.throws(
    () => site(join(folder, "lodestone.yaml"), { root: "." }),
    /"root" stands in the configuration/,
  );
});

test("a path is relative to the file that calls", () => {
  assert.throws(() => site("./nowhere.ts"), new RegExp(`cannot find .*${import.meta.dirname}/nowhere\\.ts`));
});

test("a site that is closed says so", async (t) => {
  const folder = folderWith(t, { "site.ts": "setInterval(() => {}, 10); export default () => 204;" });
  const s = site(join(folder, "site.ts"));
  {
    await using closing = s;
    await closing.fetch("/");
  }
  await assert.rejects(s.fetch("/"), /the site is closed/);
  await s.close();
});

test("an answer may be kept and a purge resolves, but each request of a test reaches the script", async (t) => {
  const s = siteOf(
    t,
    `import { cache } from "lodestone";
    let runs = 0;
    export default async (request: Request) => {
      if (request.path === "/purge") { await cache.purge("news"); return 204; }
      return new Response("run " + ++runs, { cache: { ttl: 60, tags: ["news"] } });
    };`,
  );
  for (const text of ["run 1", "run 2"]) assert.equal(await (await s.fetch("/")).text(), text);
  assert.equal((await s.fetch("/purge")).status, 204);
});
