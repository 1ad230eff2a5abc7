import assert from "node:assert/strict";
import type http from "node:http";
import { text as textOf } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import type { BackendCall } from "../../../core/backend/backend.ts";
import type { OriginBackendsOptions } from "../../../core/backend/origin_backends.ts";
import type { OriginsConfig, SiteConfig } from "../../../core/config/config.ts";
import type { OriginResponse } from "../../../core/exchange/origin/origin_call.ts";
import { OriginFetch } from "../../../core/exchange/origin/origin_fetch.ts";
import type { OriginRequest } from "../../../core/exchange/origin/origin_request.ts";
import { readBody } from "../../../core/http/read_body.ts";
import { BackendFailures } from "../../../core/observe/backend_failures.ts";
import { originBackends, PUBLIC_ADDRESS, startLocalServer } from "../../backend/support/origin_backends.ts";
import { bodyOf } from "../../backend/support/request_body.ts";
import { TestBody } from "../../support/test_body.ts";
import { until } from "../../support/until.ts";

interface Options extends Partial<OriginBackendsOptions> {
  readonly limits?: Partial<OriginsConfig>;
}

/** The fetches of a site "y" to which these origins are allowed. */
class Site {
  /** Lines of the log. */
  readonly log: { readonly code: string; readonly backend: string; readonly error: string }[] = [];
  readonly fetches: OriginFetch;

  constructor(t: TestContext, origins: readonly string[], { limits = {}, ...options }: Options = {}) {
    const logger = { warn: (line: Site["log"][number]) => this.log.push(line) };
    this.fetches = new OriginFetch({
      site: { name: "y", allow: { files: [], origins, backends: undefined } } as unknown as SiteConfig,
      origins: originBackends(limits, options),
      failures: new BackendFailures(logger as never),
    });
    t.after(() => this.fetches.close());
  }

  /** Resolves with the head. */
  fetch(url: string, init: Partial<OriginRequest> = {}): Promise<OriginResponse> {
    return this.begin(url, init).response;
  }

  begin(
    url: string,
    init: Partial<OriginRequest> = {},
  ): { call: BackendCall; response: Promise<OriginResponse> } {
    const { promise, resolve, reject } = Promise.withResolvers<OriginResponse>();
    const request = {
      url,
      method: "GET",
      headers: "",
      body: undefined,
      redirect: "follow",
      ...init,
    } as const;
    const call = this.fetches.fetch(request, "id-1", { response: resolve, failed: reject });
    return { call, response: promise };
  }
}

async function textIn({ body }: OriginResponse): Promise<string> {
  return body === undefined ? "" : (await readBody(body, 1e6)).toString();
}

/** Answers with what it got. */
const echo: http.RequestListener = async (request, response) => {
  const { method, url, headers } = request;
  response.end(JSON.stringify({ method, url, headers, body: await textOf(request) }));
};

const redirectTo =
  (location: string | string[], status = 302): http.RequestListener =>
  (_, response) =>
    response.writeHead(status, { Location: location }).end("moved");

const ok: http.RequestListener = (_, response) => response.end("ok");

test("method, path, query, fields and body reach the origin, and its answer comes back", async (t) => {
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    response.writeHead(201, { "X-Made": "yes", "Content-Encoding": "gzip" });
    void echo(request, response);
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const response = await new Site(t, [origin]).fetch(`${origin}/a%20b/c?d=e&f#g`, {
    method: "PATCH",
    headers: "X-Custom: 1\r\nContent-Type: text/plain\r\n",
    body: Buffer.from("payload"),
  });
  const got = JSON.parse(await textIn(response));
  assert.deepEqual([got.method, got.url, got.body], ["PATCH", "/a%20b/c?d=e&f", "payload"]);
  assert.deepEqual(got.headers, {
    host: `127.0.0.1:${server.port}`,
    "x-custom": "1",
    "content-type": "text/plain",
    "content-length": "7",
    accept: "*/*",
    "user-agent": "Lodestone",
  });
  assert.deepEqual(
    [response.status, response.url, response.redirected],
    [201, `${origin}/a%20b/c?d=e&f`, false],
  );
  assert.equal(response.headers.get("x-made"), "yes");
  assert.equal(response.headers.get("content-encoding"), "gzip");
});

test("fields that concern the connection, the framing or the host are the proxy's", async (t) => {
  await using server = await startLocalServer("127.0.0.1", echo);
  const origin = `http://127.0.0.1:${server.port}`;
  const headers = [
    "Host: internal.test",
    "Connection: x-named, close, ,",
    "X-Named: 1",
    "Keep-Alive: 5",
    "Transfer-Encoding: chunked",
    "Content-Length: 100",
    "Expect: 100-continue",
    "TE: trailers",
    "Trailer: x",
    "Upgrade: websocket",
    "Proxy-Authorization: Basic eA==",
    "Accept: text/html",
    "User-Agent: script",
    "X-Forwarded-For: 192.0.2.7",
  ];
  const response = await new Site(t, [origin]).fetch(`${origin}/`, {
    headers: `${headers.join("\r\n")}\r\n`,
  });
  assert.deepEqual(JSON.parse(await textIn(response)).headers, {
    host: `127.0.0.1:${server.port}`,
    accept: "text/html",
    "user-agent": "script",
    "x-named": "1",
    "x-forwarded-for": "192.0.2.7",
  });
});

test("an origin that is not listed is refused, with the rule and the value", (t) => {
  const site = new Site(t, ["https://api.example.com"]);
  const body = new TestBody();
  assert.throws(() => site.fetch("https://x/path?secret=1", { method: "POST", body }), {
    status: 500,
    code: "origin_not_allowed",
    message: 'fetch("https://x/path"): the origin "https://x" is not in allow.origins of site "y"',
  });
  assert.ok(body.cancelled);
  for (const url of ["http://api.example.com/", "https://api.example.com:8443/", "http://127.0.0.1/"])
    assert.throws(() => site.fetch(url), { code: "origin_not_allowed" }, url);
});

for (const [what, url, init] of [
  ["a relative URL", "/path", {}],
  ["no URL", "", {}],
  ["another scheme", "file:///etc/passwd", {}],
  ["data", "data:text/plain,x", {}],
  ["a password", "https://u:hunter2@a.test/", {}],
  ["a URL without end", `https://a.test/${"x".repeat(40_000)}`, {}],
  ["something that is no text", { toString: () => "https://a.test" } as never, {}],
  ["CONNECT", "https://a.test/", { method: "CONNECT" }],
  ["TRACE", "https://a.test/", { method: "TRACE" }],
  ["a method that is two", "https://a.test/", { method: "GET / HTTP/1.1\r\nX: 1" }],
  ["a field that is two", "https://a.test/", { headers: "X: 1\nY: 2\r\n" }],
  ["a request in a field", "https://a.test/", { headers: "X: 1\r\n\r\nGET / HTTP/1.1\r\n" }],
  ["a character that loses its upper byte", "https://a.test/", { headers: "X: \u010d\u010a\r\n" }],
  ["fields without end", "https://a.test/", { headers: `X: ${"x".repeat(70_000)}\r\n` }],
  ["an unknown redirect mode", "https://a.test/", { redirect: "always" as never }],
] as [string, string, Partial<OriginRequest>][]) {
  test(`${what} is refused and shown in short`, (t) => {
    const site = new Site(t, ["*"]);
    assert.throws(
      () => site.fetch(url, init),
      (error: Error & { code: string; status: number }) => {
        assert.deepEqual([error.status, error.code], [500, "fetch_bad_request"]);
        assert.ok(error.message.length < 500);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });
}

test("with a star for all, private addresses stay out of reach, by number and by name, and the log says so", async (t) => {
  await using server = await startLocalServer("127.0.0.1", ok);
  const names: Readonly<Record<string, string>> = {
    "inside.test": "127.0.0.1",
    "metadata.test": "169.254.169.254",
  };
  const site = new Site(t, ["*"], { resolve: async (host) => [names[host] ?? "127.0.0.1"] });
  const refused = { status: 502, code: "origin_address_refused" };
  for (const host of ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
    assert.throws(() => site.fetch(`http://${host}:${server.port}/`), refused, host);
  for (const host of ["inside.test", "metadata.test", "localhost", "localhost.", "a.localhost"])
    await assert.rejects(site.fetch(`http://${host}:${server.port}/`), refused, host);
  assert.equal(server.accepted, 0);
  const line = site.log.find(({ backend }) => backend.includes("metadata.test"))!;
  assert.equal(line.code, "origin_address_refused");
  assert.match(line.error, /"metadata\.test": its address 169\.254\.169\.254 is not public \(linkLocal\)/);
});

test("a listed name whose address becomes a private one is refused at its next connection", async (t) => {
  await using outside = await startLocalServer(PUBLIC_ADDRESS, (_, response) =>
    response.setHeader("Connection", "close").end("outside"),
  );
  await using inside = await startLocalServer("127.0.0.1", ok, { port: outside.port });
  const answers = [PUBLIC_ADDRESS, "127.0.0.1"];
  const origin = `http://rebinding.test:${outside.port}`;
  const site = new Site(t, [origin], { resolve: async () => [answers.shift()!] });
  assert.equal(await textIn(await site.fetch(`${origin}/`)), "outside");
  await until("the connection is closed", () => outside.open === 0);
  await assert.rejects(site.fetch(`${origin}/`), { code: "origin_address_refused" });
  assert.deepEqual([outside.accepted, inside.accepted], [1, 0]);
});

test("a redirect is followed, relative or not, to the end", async (t) => {
  await using other = await startLocalServer("127.0.0.1", echo);
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url === "/start") return redirectTo("next?x=1#part", 301)(request, response);
    redirectTo(`http://127.0.0.1:${other.port}/end`, 307)(request, response);
  });
  const [origin, end] = [`http://127.0.0.1:${server.port}`, `http://127.0.0.1:${other.port}`];
  const response = await new Site(t, [origin, end]).fetch(`${origin}/start`);
  assert.deepEqual([response.url, response.redirected, response.status], [`${end}/end`, true, 200]);
  assert.equal(JSON.parse(await textIn(response)).url, "/end");
  assert.equal(server.requests[1], `GET /next?x=1 127.0.0.1:${server.port}`);
});

test("a redirect to an origin that is not listed is refused, and logged", async (t) => {
  await using inside = await startLocalServer("127.0.0.1", ok);
  await using server = await startLocalServer(
    "127.0.0.1",
    redirectTo(`http://127.0.0.1:${inside.port}/secret`),
  );
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin]);
  const message = `fetch("${origin}/") was redirected to http://127.0.0.1:${inside.port}: the origin "http://127.0.0.1:${inside.port}" is not in allow.origins of site "y"`;
  await assert.rejects(site.fetch(`${origin}/`), { status: 502, code: "origin_not_allowed", message });
  assert.equal(inside.accepted, 0);
  assert.equal(site.log[0]?.error, message);
});

test("a redirect to a private address is refused where any public origin is allowed", async (t) => {
  await using inside = await startLocalServer("127.0.0.1", ok);
  const { port } = inside;
  await using server = await startLocalServer(PUBLIC_ADDRESS, (request, response) =>
    redirectTo(`http://${request.url!.slice(1)}:${port}/`)(request, response),
  );
  const resolve = async (host: string) => [host === "public.test" ? PUBLIC_ADDRESS : "127.0.0.1"];
  const site = new Site(t, ["*"], { resolve });
  for (const host of ["127.0.0.1", "localhost", "inside.test"]) {
    const fetched = site.fetch(`http://public.test:${server.port}/${host}`);
    await assert.rejects(fetched, { code: "origin_address_refused", status: 502 }, host);
  }
  assert.equal(inside.accepted, 0);
});

test("a redirect loop ends after 20 redirects", async (t) => {
  await using server = await startLocalServer("127.0.0.1", redirectTo("/again"));
  const origin = `http://127.0.0.1:${server.port}`;
  await assert.rejects(new Site(t, [origin]).fetch(`${origin}/`), {
    status: 502,
    code: "too_many_redirects",
    message: `fetch("${origin}/again") was redirected after 20 redirects`,
  });
  assert.equal(server.requests.length, 21);
});

for (const [status, method, expected] of [
  [301, "POST", "GET"],
  [302, "POST", "GET"],
  [303, "POST", "GET"],
  [307, "POST", "POST"],
  [308, "POST", "POST"],
  [301, "PUT", "PUT"],
  [302, "DELETE", "DELETE"],
  [303, "PUT", "GET"],
  [303, "HEAD", "HEAD"],
  [301, "HEAD", "HEAD"],
] as const) {
  test(`${method} redirected with ${status} becomes ${expected}`, async (t) => {
    await using server = await startLocalServer("127.0.0.1", (request, response) => {
      if (request.url === "/") return redirectTo("/end", status)(request, response);
      response.setHeader("X-Content-Type", request.headers["content-type"] ?? "none");
      response.setHeader("X-Kept", request.headers["x-kept"] ?? "none");
      void textOf(request).then((text) => response.setHeader("X-Body", text || "none").end());
    });
    const origin = `http://127.0.0.1:${server.port}`;
    const hasBody = method !== "HEAD";
    const { headers } = await new Site(t, [origin]).fetch(`${origin}/`, {
      method,
      headers: `X-Kept: yes\r\n${hasBody ? "Content-Type: text/plain\r\n" : ""}`,
      body: hasBody ? Buffer.from("payload") : undefined,
    });
    assert.equal(server.requests[1], `${expected} /end 127.0.0.1:${server.port}`);
    const keepsBody = hasBody && expected === method;
    assert.deepEqual(
      [headers.get("x-content-type"), headers.get("x-body"), headers.get("x-kept")],
      keepsBody ? ["text/plain", "payload", "yes"] : ["none", "none", "yes"],
    );
  });
}

test("a stream cannot be sent again: only 303 goes on without it", async (t) => {
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url === "/end") return void echo(request, response);
    request.resume().on("end", () => redirectTo("/end", Number(request.url!.slice(1)))(request, response));
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin]);
  const post = (status: number) =>
    site.fetch(`${origin}/${status}`, { method: "POST", body: bodyOf("streamed", { chunked: true }) });
  for (const status of [301, 302, 307, 308])
    await assert.rejects(post(status), { status: 502, code: "redirect_needs_body" }, String(status));
  assert.equal(JSON.parse(await textIn(await post(303))).method, "GET");
});

test("credentials stay with the origin they were made for", async (t) => {
  await using other = await startLocalServer("127.0.0.1", echo);
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url === "/same") return void echo(request, response);
    redirectTo(request.url === "/" ? "/same" : `http://127.0.0.1:${other.port}/`)(request, response);
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin, `http://127.0.0.1:${other.port}`]);
  const headers = "Authorization: Bearer t\r\nCookie: a=b\r\nX-Kept: 1\r\n";
  const got = async (path: string) =>
    JSON.parse(await textIn(await site.fetch(origin + path, { headers }))).headers;
  const same = await got("/");
  assert.deepEqual([same.authorization, same.cookie, same["x-kept"]], ["Bearer t", "a=b", "1"]);
  const across = await got("/away");
  assert.deepEqual([across.authorization, across.cookie, across["x-kept"]], [undefined, undefined, "1"]);
  assert.equal(across.host, `127.0.0.1:${other.port}`);
});

test("a redirect may be handed over, or be a failure", async (t) => {
  await using server = await startLocalServer("127.0.0.1", redirectTo("http://10.0.0.1/", 308));
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin]);
  const response = await site.fetch(`${origin}/`, { redirect: "manual" });
  assert.deepEqual([response.status, response.redirected], [308, false]);
  assert.equal(response.headers.get("location"), "http://10.0.0.1/");
  assert.equal(await textIn(response), "moved");
  await assert.rejects(site.fetch(`${origin}/`, { redirect: "error" }), {
    status: 502,
    code: "redirect_unwanted",
  });
});

test("a redirect without a place is a response; one that makes no sense is a failure", async (t) => {
  let location: string | string[] | undefined;
  await using server = await startLocalServer("127.0.0.1", (_, response) => {
    response.writeHead(302, location === undefined ? {} : { Location: location }).end("here");
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin]);
  assert.equal(await textIn(await site.fetch(`${origin}/`)), "here");
  for (const [wrong, code] of [
    ["http://", "redirect_malformed"],
    ["http://a b/", "redirect_malformed"],
    [["/one", "/two"], "redirect_malformed"],
    ["file:///etc/passwd", "redirect_refused"],
    ["javascript:alert(1)", "redirect_refused"],
    [`http://u@127.0.0.1:${server.port}/`, "redirect_refused"],
    [`http://:p@127.0.0.1:${server.port}/`, "redirect_refused"],
  ] as const) {
    location = wrong as string | string[];
    await assert.rejects(site.fetch(`${origin}/`), { status: 502, code }, String(wrong));
  }
});

test("a Location in UTF-8 is understood", async (t) => {
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url !== "/") return response.end();
    response.writeHead(302, { Location: Buffer.from("/ü").toString("latin1") }).end();
  });
  const origin = `http://127.0.0.1:${server.port}`;
  assert.equal((await new Site(t, [origin]).fetch(`${origin}/`)).url, `${origin}/%C3%BC`);
});

test("cancelling closes the connection, before the head and in the middle of the body", async (t) => {
  const body = Buffer.alloc(100_000, "x");
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url === "/body") response.write(body);
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin]);
  const silent = site.begin(`${origin}/silent`);
  void silent.response.finally(() => assert.fail("a cancelled fetch had an outcome"));
  await until("the request has arrived", () => server.requests.length === 1);
  silent.call.cancel();
  await until("the connection is closed", () => server.open === 0);

  const { call, response } = site.begin(`${origin}/body`);
  await response;
  assert.equal(server.open, 1);
  call.cancel();
  await until("the connection is closed", () => server.open === 0);

  const again = site.begin(`${origin}/body`);
  (await again.response).body!.cancel();
  await until("the connection is closed", () => server.open === 0);
  again.call.cancel();
});

test("cancelling after a redirect closes the connection that it led to", async (t) => {
  await using end = await startLocalServer("127.0.0.1", () => {});
  await using server = await startLocalServer("127.0.0.1", redirectTo(`http://127.0.0.1:${end.port}/`));
  const origin = `http://127.0.0.1:${server.port}`;
  const { call } = new Site(t, [origin, `http://127.0.0.1:${end.port}`]).begin(`${origin}/`);
  await until("the request has arrived", () => end.requests.length === 1);
  call.cancel();
  await until("the connection is closed", () => end.open === 0);
});

test("an origin that keeps silent, or dies away, ends by the limits of the configuration", async (t) => {
  await using server = await startLocalServer("127.0.0.1", (request, response) => {
    if (request.url === "/body") response.write("begun");
  });
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin], { limits: { responseTimeout: 50, idleTimeout: 50 } });
  await assert.rejects(site.fetch(`${origin}/silent`), { status: 504, code: "backend_response_timeout" });
  await assert.rejects(textIn(await site.fetch(`${origin}/body`)), {
    status: 504,
    code: "backend_idle_timeout",
  });
  assert.deepEqual(
    site.log.map(({ code, backend }) => [code, backend]),
    [["backend_response_timeout", origin]],
  );
});

test("a site that is busy with as many origins as it may have waits for none of them", async (t) => {
  await using server = await startLocalServer("127.0.0.1", () => {});
  const origin = `http://127.0.0.1:${server.port}`;
  const site = new Site(t, [origin, "http://127.0.0.1:9"], { limits: { perSite: 1 } });
  const { call } = site.begin(`${origin}/`);
  assert.throws(() => site.fetch("http://127.0.0.1:9/"), { status: 503, code: "origins_busy" });
  call.cancel();
});
