import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { request } from "../support/request.ts";

const site = `
export default async (request: Request): Promise<Response | Request | number | void> => {
  switch (request.path) {
    case "/rewrite":
      request.path = "/rewritten";
      request.query = "by=script";
      request.headers.set("x-added", "yes");
      request.headers.delete("x-secret");
      return;
    case "/named":
      request.backend = "other";
      return;
    case "/unknown-backend":
      request.backend = "nowhere";
      return;
    case "/method":
      return fetch(new Request(request, { method: "PUT", body: "made by the script" }));
    case "/page":
      request.file = request.file.replace("page", "chosen.html");
      return;
    case "/pass": {
      const response = await fetch(request);
      response.headers.set("x-seen", String(response.status));
      return response;
    }
    case "/wrap": {
      const response = await fetch(request);
      return new Response(response.body, { status: 202, headers: { "x-wrapped": "1" } });
    }
    case "/transform": {
      const response = await fetch(request);
      return new Response((await response.text()).toUpperCase());
    }
    case "/both": {
      const [one, two] = await Promise.all([fetch(new Request("/one", request)), fetch(new Request("/two", request))]);
      return new Response((await one.text()) + " + " + (await two.text()));
    }
    case "/read-and-send": {
      const text = await request.text();
      request.headers.set("x-length", String(text.length));
      return;
    }
    case "/refused": {
      request.backend = "refused";
      return;
    }
    case "/caught": {
      request.backend = "refused";
      try { return await fetch(request); } catch (error) { return new Response(String(error), { status: 200 }); }
    }
    case "/uncaught":
      request.backend = "refused";
      return fetch(request);
    case "/read":
      return new Response(await request.text());
    case "/two-hosts":
      request.headers.append("host", "other.test");
      return;
    case "/smuggle":
      request.headers.set("transfer-encoding", "chunked");
      request.headers.set("connection", "x-forwarded-for");
      request.headers.set("content-length", "5");
      return;
    case "/unsettled":
      return new Promise(() => {});
  }
};
`;
const hooked = `
export const onResponse = async (response: Response, request: Request) => {
  response.headers.set("x-hooked", request.path);
  if (request.path === "/replace") return new Response("replaced", { status: 418 });
  if (request.path === "/later") await new Promise((resolve) => setTimeout(resolve, 5));
  if (response.status === 502) return new Response("back soon", { status: 503 });
  if (request.path === "/hook-throws") throw new Error("in the hook");
  if (request.path === "/shout") return new Response((await response.text()).toUpperCase());
  return undefined;
};
export default (request: Request) => request.path === "/own" ? new Response("own") : request.path === "/number" ? 404 : request.path === "/down" ? void (request.backend = "refused") : undefined;
`;

let origin: Origin;
let other: Origin;
let lodestone: Lodestone;
before(async () => {
  origin = await startOrigin((incoming, outgoing) => {
    if (incoming.url === "/duplex") return void incoming.pipe(outgoing);
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      outgoing.setHeader("x-origin", "1");
      outgoing.end(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks)}`);
    });
  });
  other = await startOrigin((_, outgoing) => outgoing.end("the other one"));
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: [a.test]
    scripts: [site.ts]
    root: www
    backend: main
    limits: { deadline: 300ms, body: 1kb }
  - hosts: [hooked.test]
    scripts: [hooked.ts]
    root: www
    backend: main
  - hosts: [bare.test]
    backend: main
backends:
  main: ${origin.url}
  other: ${other.url}
  refused: http://127.0.0.1:1
`,
    scripts: { "site.ts": site, "hooked.ts": hooked },
    files: { "www/chosen.html": "chosen", "www/file.txt": "a file" },
  });
});
after(async () => {
  await lodestone.stop();
  await origin[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

const ask = (path: string, options: Parameters<typeof request>[1] = {}) =>
  request(lodestone.url(path), { host: "a.test", ...options });
const received = (url: string) => origin.requests.find((entry) => entry.url === url)!;

test("nothing decided: the site's backend gets the request as it came", async () => {
  assert.equal((await ask("/plain?q=1")).text, "GET /plain?q=1 ");
});

test("a site without scripts is a plain reverse proxy", async () => {
  assert.equal((await ask("/bare", { host: "bare.test" })).text, "GET /bare ");
});

test("changes of path, query and headers reach the backend", async () => {
  const headers = { "x-secret": "s", "x-kept": "k" };
  assert.equal((await ask("/rewrite?old", { headers })).text, "GET /rewritten?by=script ");
  const { headers: sent } = received("/rewritten?by=script");
  assert.deepEqual([sent["x-added"], sent["x-secret"], sent["x-kept"]], ["yes", undefined, "k"]);
});

test("the backend learns of the client, and what the client claimed is dropped", async () => {
  await ask("/forwarded", {
    headers: { "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6", "x-real-ip": "6.6.6.6" },
  });
  const { headers } = received("/forwarded");
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(headers["x-forwarded-proto"], "http");
  assert.equal(headers["x-forwarded-host"], "a.test");
  assert.equal(headers.host, "a.test");
  assert.equal(headers.forwarded, undefined);
  assert.equal(headers["x-real-ip"], undefined);
  assert.ok(headers["x-request-id"]);
});

test("hop-by-hop fields and framing set by a script do not reach the backend", async () => {
  await ask("/smuggle");
  const { headers } = received("/smuggle");
  assert.equal(headers["transfer-encoding"], undefined);
  assert.equal(headers["content-length"], undefined);
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
});

test("a script cannot send a second Host", async () => {
  assert.equal((await ask("/two-hosts")).status, 500);
  assert.equal(received("/two-hosts"), undefined);
});

test("a backend may answer while it still reads the request", async () => {
  const sent = Buffer.alloc(8_000_000, "0123456789");
  const { body } = await ask("/duplex", { method: "POST", body: sent });
  assert.ok(body.equals(sent), `${body.length} bytes came back`);
});

test("a script names the backend", async () => {
  assert.equal((await ask("/named")).text, "the other one");
});

test("a backend that does not exist is a 500 that names the known ones in the log", async () => {
  assert.equal((await ask("/unknown-backend")).status, 500);
  const line = await lodestone.waitForLog(
    ({ path, msg }) => msg === "request" && path === "/unknown-backend",
  );
  assert.match(String(line.error), /"nowhere".*main, other, refused/);
});

test("a request body goes through", async () => {
  assert.equal((await ask("/upload", { method: "POST", body: "payload" })).text, "POST /upload payload");
});

test("a script makes method and body of a fetched request", async () => {
  assert.equal((await ask("/method")).text, "PUT /method made by the script");
});

test("a script chooses the static file", async () => {
  assert.equal((await ask("/page")).text, "chosen");
});

test("an existing file goes before the backend", async () => {
  assert.equal((await ask("/file.txt")).text, "a file");
  assert.equal((await ask("/file.txt", { method: "POST", body: "x" })).text, "POST /file.txt x");
});

test("await fetch(request) brings the head; the body passes by", async () => {
  const { headers, text } = await ask("/pass");
  assert.deepEqual([headers["x-seen"], headers["x-origin"], text], ["200", "1", "GET /pass "]);
});

test("a fetched body goes into another Response", async () => {
  const { status, headers, text } = await ask("/wrap");
  assert.deepEqual(
    [status, headers["x-wrapped"], headers["x-origin"], text],
    [202, "1", undefined, "GET /wrap "],
  );
});

test("a script reads and changes a fetched body", async () => {
  assert.equal((await ask("/transform")).text, "GET /TRANSFORM ");
});

test("subrequests run side by side", async () => {
  assert.equal((await ask("/both")).text, "GET /one  + GET /two ");
});

test("a body that the script has read still goes to the backend", async () => {
  assert.equal(
    (await ask("/read-and-send", { method: "POST", body: "twice" })).text,
    "POST /read-and-send twice",
  );
  assert.equal(received("/read-and-send").headers["x-length"], "5");
});

test("a backend that refuses is 502", async () => {
  assert.equal((await ask("/refused")).status, 502);
});

test("a fetch that fails can be caught", async () => {
  assert.match(
    (await ask("/caught")).text,
    /^TypeError: fetch\("\/caught"\): the backend refused the connection \(502, backend_refused\)/,
  );
});

test("a failure that the script lets pass keeps its status", async () => {
  assert.equal((await ask("/uncaught")).status, 502);
  assert.equal((await ask("/read", { method: "POST", body: "x".repeat(2000) })).status, 413);
});

test("a script that never decides is 504 at its deadline", async () => {
  assert.equal((await ask("/unsettled")).status, 504);
});

test("onResponse sees and changes every head: backend, file, page and script", async () => {
  for (const [path, text] of [
    ["/x", "GET /x "],
    ["/file.txt", "a file"],
    ["/own", "own"],
    ["/later", "GET /later "],
  ]) {
    const answer = await ask(path!, { host: "hooked.test" });
    assert.equal(answer.text, text);
    assert.equal(answer.headers["x-hooked"], path);
  }
  const page = await ask("/number", { host: "hooked.test" });
  assert.deepEqual([page.status, page.headers["x-hooked"]], [404, "/number"]);
});

test("onResponse may replace the response or read its body", async () => {
  const replaced = await ask("/replace", { host: "hooked.test" });
  assert.deepEqual([replaced.status, replaced.text], [418, "replaced"]);
  assert.equal((await ask("/shout", { host: "hooked.test" })).text, "GET /SHOUT ");
});

test("onResponse may make something of a backend's failure", async () => {
  const answer = await ask("/down", { host: "hooked.test" });
  assert.deepEqual([answer.status, answer.text], [503, "back soon"]);
});

test("onResponse that throws is a 500", async () => {
  assert.equal((await ask("/hook-throws", { host: "hooked.test" })).status, 500);
});
