import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { type Answer, request } from "../support/request.ts";
import { until } from "../support/until.ts";

/** What scripts fetch, read and send besides the request's own way. */
const SCRIPT = `
import { readDir, readFile, site } from "lodestone";

const failed = (error) => new Response(error.name + ": " + error.message, { status: 520 });
let aborted = 0;

const routes = {
  async "/many"(request, origin) {
    const targets = Array.from({ length: 50 }, (_, i) => (i % 2 ? origin + "/echo?" + i : "backend:app/echo?" + i));
    const answers = await Promise.all(targets.map((url) => fetch(url)));
    const seen = await Promise.all(answers.map((answer) => answer.json()));
    return Response.json(seen.map(({ url }) => url));
  },
  async "/slowest"(request, origin) {
    return new Response(await (await Promise.race([fetch(origin + "/slow"), fetch(origin + "/echo")])).text());
  },
  async "/bodies"(request, origin) {
    const read = async (query, how, init) => {
      const response = await fetch(origin + "/body?" + query, init);
      const length = response.headers.get("content-length");
      const value = await response[how]();
      return [length, typeof value === "string" ? value.length + value.slice(-3) : Array.from(value.slice(-3)), response.bodyUsed];
    };
    const { signal } = new AbortController();
    return Response.json([
      await read("length=3", "text"),
      await read("length=3", "bytes"),
      await read("length=4096", "text"),
      await read("length=4097", "text"),
      await read("length=3&end=é", "text"),
      await read("length=3&end=é", "bytes"),
      await read("length=0", "text"),
      await read("length=3", "text", { signal }),
    ]);
  },
  async "/cloned"(request, origin) {
    const response = await fetch(origin + "/body?length=3");
    const copy = response.clone();
    const chunks = await Array.fromAsync(copy.body, (chunk) => chunk.length);
    return new Response(JSON.stringify([chunks, await response.text(), copy.bodyUsed]));
  },
  async "/passed"(request, origin) {
    return await fetch(origin + "/body?length=3");
  },
  async "/named"(request) {
    return await fetch("backend:app", request);
  },
  async "/named/path"(request) {
    return await fetch("backend:app/other?x=1", request);
  },
  async "/posted"(request, origin) {
    const body = new FormData();
    body.set("a", "1");
    return await fetch(origin + "/echo", { method: "POST", body: new URLSearchParams({ a: "é" }), headers: { "x-a": "b" } });
  },
  async "/copied"(request) {
    return await fetch("backend:app/other", { headers: request.headers });
  },
  async "/streamed"(request, origin) {
    const body = ReadableStream.from(["one ", "two"]).pipeThrough(new TextEncoderStream());
    return await fetch(origin + "/echo", { method: "PUT", body, duplex: "half" });
  },
  async "/piped"(request, origin) {
    const from = await fetch(origin + "/text");
    return await fetch(origin + "/echo", { method: "POST", body: from.body, duplex: "half" });
  },
  async "/to"(request) {
    return await fetch(decodeURIComponent(request.query)).catch(failed);
  },
  async "/redirected"(request, origin) {
    const response = await fetch(origin + "/redirect?" + request.query, { redirect: request.headers.get("x-mode") ?? "follow" }).catch(failed);
    const { status, redirected, url } = response;
    return Response.json({ status, redirected, url, location: response.headers.get("location"), text: await response.text() });
  },
  async "/timeout"(request, origin) {
    const started = performance.now();
    return await fetch(origin + "/slow", { signal: AbortSignal.timeout(100) }).catch(
      (error) => new Response(error.name + " " + (performance.now() - started < 2000)),
    );
  },
  async "/aborted-body"(request, origin) {
    const controller = new AbortController();
    const response = await fetch(origin + "/drips", { signal: controller.signal });
    const reader = response.body.getReader();
    await reader.read();
    controller.abort(new Error("enough"));
    return await reader.read().then(() => new Response("went on"), failed);
  },
  async "/follows"(request, origin) {
    request.signal.addEventListener("abort", () => { aborted++; });
    return await fetch(origin + "/slow", { signal: request.signal });
  },
  "/aborted": () => Response.json(aborted),
  async "/files"() {
    const entries = await readDir(site.root + "/notes");
    const names = entries.map(({ name, isFile }) => name + (isFile ? "" : "/")).sort();
    return Response.json({
      names,
      text: await readFile(site.root + "/notes/a.txt", "utf8"),
      bytes: [...(await readFile(site.root + "/notes/a.txt"))],
      missing: (await readFile(site.root + "/notes/none")) === undefined,
      outside: await readFile("/etc/passwd").then((bytes) => bytes === undefined, (error) => error.name),
    });
  },
  "/cookies"(request) {
    const response = new Response([...request.cookies].map(([name, value]) => name + "=" + value).join("|"));
    response.cookies.set("session", "a b;c", { httpOnly: true, secure: true, sameSite: "lax", maxAge: 60 });
    response.cookies.delete("old");
    return response;
  },
  "/text": () => new Response("plain"),
};

export default {
  async fetch(request, { ORIGIN }) {
    const route = routes[request.path];
    return route === undefined ? undefined : await route(request, ORIGIN);
  },
};
`;

let origin: Origin;
let denied: Origin;
let lodestone: Lodestone;
/** Slow answers whose connection has ended. */
let ended = 0;

before(async () => {
  denied = await startOrigin((_, response) => response.end("never to be seen"));
  origin = await startOrigin({
    "/echo": async (incoming, response) => {
      let body = "";
      for await (const piece of incoming) body += piece;
      const { method, url, headers } = incoming;
      response.end(JSON.stringify({ method, url, headers, body }));
    },
    "/other": (incoming, response) =>
      response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers })),
    "/named": (incoming, response) =>
      response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers })),
    "/text": (_, response) => response.end("from the origin"),
    "/body": (incoming, response) => {
      const { searchParams } = new URL(incoming.url!, "http://x");
      const length = Number(searchParams.get("length"));
      const body = "xyz".padStart(length).slice(0, length) + (searchParams.get("end") ?? "");
      response.writeHead(200, { "content-length": Buffer.byteLength(body), "x-origin": "yes" }).end(body);
    },
    "/slow": (_, response) => void response.on("close", () => ended++),
    "/drips": (_, response) => {
      response.write("drop");
      response.on("close", () => ended++);
    },
    "/redirect": (incoming, response) => {
      const to = decodeURIComponent(new URL(incoming.url!, "http://x").search.slice(1));
      response.writeHead(302, { location: to }).end("this way");
    },
  });
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*", own.example, "*.sub.example"]
    scripts: [site.js]
    backend: app
    root: .
    env: { ORIGIN: "${origin.url}" }
    allow: { origins: ["${origin.url}", "http://*.private.localhost", "http://*.nip.example"], backends: [app] }
backends:
  app: ${origin.url}
  secret: ${denied.url}
`,
    scripts: { "site.js": SCRIPT },
    files: { "notes/a.txt": "a note\n", "notes/b.txt": "", "notes/more/c.txt": "" },
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
  await origin?.[Symbol.asyncDispose]();
  await denied?.[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  request(lodestone.url(path), { headers });
const json = async (path: string, headers?: Record<string, string>) =>
  JSON.parse((await get(path, headers)).text) as Record<string, never>;

test("fifty fetches at once, to a backend and to an origin, come back each with its own", async () => {
  const seen = (await json("/many")) as unknown as string[];
  assert.deepEqual(
    seen,
    Array.from({ length: 50 }, (_, i) => `/echo?${i}`),
  );
});

test("a body is the same whether it comes with its head, as a small one of ASCII does, or is read by itself", async () => {
  assert.deepEqual(await json("/bodies"), [
    ["3", "3xyz", true],
    ["3", [120, 121, 122], true],
    ["4096", "4096xyz", true],
    ["4097", "4097xyz", true],
    ["5", "4yzé", true],
    ["5", [122, 195, 169], true],
    [null, "0", false],
    ["3", "3xyz", true],
  ]);
  assert.equal((await get("/cloned")).text, '[[3],"xyz",true]');
  const passed = await get("/passed");
  assert.deepEqual([passed.status, passed.text, passed.headers["x-origin"]], [200, "xyz", "yes"]);
});

test("a fetch that nobody waits for any more keeps no answer back", async () => {
  assert.match((await get("/slowest")).text, /"url":"\/echo"/);
  assert.equal((await get("/text")).text, "plain");
});

test("what the site's own names stand for is its backend, also for a script that fetches by URL", async () => {
  for (const host of ["own.example", "a.sub.example", "own.example:8443"]) {
    const seen = await json(`/to?${encodeURIComponent(`https://${host}/other?x=1#y`)}`);
    assert.equal(seen.url, "/other?x=1");
    assert.equal((seen.headers as unknown as Record<string, string>).host, host);
  }
  const foreign = await get(`/to?${encodeURIComponent("https://sub.example/other")}`);
  assert.match(foreign.text, /"https:\/\/sub.example" is not in allow.origins/);
});

test("a client's claims reach no backend, also when a script copies its fields", async () => {
  const { headers } = await json("/copied", {
    "x-a": "b",
    "x-forwarded-for": "6.6.6.6",
    "x-real-ip": "6.6.6.6",
  });
  const seen = headers as unknown as Record<string, string>;
  assert.deepEqual([seen["x-a"], seen["x-forwarded-for"], seen["x-real-ip"]], ["b", undefined, undefined]);
});

test("a backend asked by its name gets the client's request, with the proxy's word about the client", async () => {
  const own = await json("/named?a=1", { "x-a": "b", "x-forwarded-for": "6.6.6.6" });
  assert.equal(own.url, "/named?a=1");
  const { headers } = own as unknown as { headers: Record<string, string> };
  assert.deepEqual([headers["x-a"], headers["x-forwarded-for"]], ["b", "127.0.0.1"]);
  assert.equal((await json("/named/path")).url, "/other?x=1");
});

test("a request made by a script has its method, fields and body", async () => {
  const posted = await json("/posted");
  const { headers } = posted as unknown as { headers: Record<string, string> };
  assert.deepEqual([posted.method, posted.body, headers["x-a"]], ["POST", "a=%C3%A9", "b"]);
  assert.equal(headers["content-type"], "application/x-www-form-urlencoded;charset=UTF-8");
  assert.equal(headers["content-length"], "8");
  assert.equal(headers.host, new URL(origin.url).host);
  const streamed = await json("/streamed");
  assert.deepEqual([streamed.method, streamed.body], ["PUT", "one two"]);
  const piped = await json("/piped");
  assert.equal(piped.body, "from the origin");
});

test("what the site may not reach is refused, and nobody is asked", async () => {
  for (const [url, why] of [
    [denied.url, /is not in allow\.origins/],
    ["https://example.com/", /is not in allow\.origins/],
    ["http://169.254.169.254/latest/meta-data", /is not in allow\.origins/],
    ["http://[::1]:80/", /is not in allow\.origins/],
    [`${origin.url.replace("127.0.0.1", "localhost")}/text`, /is not in allow\.origins/],
    ["backend:secret/", /secret/],
    ["backend:none/", /none/],
    ["file:///etc/passwd", /not an http or https URL|scheme/],
    ["data:text/plain,x", /not an http or https URL|scheme/],
    ["/relative", /not an absolute URL/],
    [`${origin.url.replace("http://", "http://user:pass@")}/text`, /user name or password/],
  ] as const) {
    const answer = await get(`/to?${encodeURIComponent(url)}`);
    assert.equal(answer.status, 520, url);
    assert.match(answer.text, /^TypeError: /, url);
    assert.match(answer.text, why, url);
  }
  assert.equal(denied.requests.length, 0);
});

test("a name of an allowed pattern that leads to a private address is refused", async () => {
  const answer = await get(`/to?${encodeURIComponent(`http://a.private.localhost:${origin.port}/`)}`);
  assert.equal(answer.status, 520);
  const here = await get(`/to?${encodeURIComponent("http://a.private.localhost/")}`);
  assert.equal(here.status, 520);
  assert.match(
    here.text,
    /^TypeError: fetch\("http:\/\/a\.private\.localhost\/"\): the server .* \(50[24], \w+\)/,
  );
});

test("redirects are followed, shown or refused as the script asks, and lead nowhere that is not allowed", async () => {
  const to = (url: string, mode?: string) =>
    json(`/redirected?${encodeURIComponent(url)}`, mode === undefined ? {} : { "x-mode": mode });
  assert.deepEqual(await to("/text"), {
    status: 200,
    redirected: true,
    url: `${origin.url}/text`,
    location: null,
    text: "from the origin",
  });
  const manual = (await to("/text", "manual")) as Record<string, unknown>;
  assert.deepEqual([manual.status, manual.redirected, manual.location], [302, false, "/text"]);
  assert.match(String((await to("/text", "error")).text), /TypeError: .*redirect/);
  assert.match(String((await to(`${denied.url}/`)).text), /TypeError: .*is not in allow\.origins/);
  assert.equal(denied.requests.length, 0);
});

test("AbortSignal.timeout ends a fetch, at the origin too", async () => {
  const before = ended;
  assert.equal((await get("/timeout")).text, "TimeoutError true");
  await until("the origin sees the end", () => ended > before);
});

test("a signal ends the body that a fetch has brought, at the origin too", async () => {
  const before = ended;
  assert.equal((await get("/aborted-body")).text, "Error: enough");
  await until("the origin sees the end", () => ended > before);
});

test("a client that leaves aborts request.signal, and with it the fetch that follows it", async () => {
  const before = ended;
  using connection = await RawConnection.open(lodestone.address);
  const { length } = origin.requests;
  connection.write("GET /follows HTTP/1.1\r\nHost: x\r\n\r\n");
  await until("the origin has the request", () => origin.requests.length > length);
  connection.socket.destroy();
  await until("the origin sees the end", () => ended > before);
  assert.equal((await get("/aborted")).text, "1");
  assert.deepEqual(
    lodestone.log().filter(({ level, msg }) => Number(level) >= 50 && /follows/.test(String(msg))),
    [],
  );
});

test("files and folders below the root are read, others are not", async () => {
  const { outside, ...files } = (await json("/files")) as Record<string, unknown>;
  assert.deepEqual(files, {
    names: ["a.txt", "b.txt", "more/"],
    text: "a note\n",
    bytes: [...Buffer.from("a note\n")],
    missing: true,
  });
  assert.ok(outside === true || typeof outside === "string", String(outside));
});

test("cookies of the request are read, those of the response are set with their attributes", async () => {
  const answer = await get("/cookies", { cookie: 'a=1; b="x y"; c=%C3%A9' });
  assert.match(answer.text, /^a=1\|b=.*\|c=é$/);
  assert.deepEqual(answer.headers["set-cookie"], [
    "session=a%20b%3Bc; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax",
    "old=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ]);
});
