import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";

/** One handler per path; the name of a test says what a script may answer with. */
const site = `
import { env, log, site, stat } from "lodestone";

let count = 0;
const handlers: Record<string, (request: Request) => Response | Request | number | void | Promise<Response | Request | number | void>> = {
  "/text": () => new Response("héllo"),
  "/bytes": () => new Response(new Uint8Array([0, 255, 10])),
  "/bytes-later": async () => { await null; return new Response(new Uint8Array([0, 255, 10])); },
  "/parts-later": async () => { await null; return Response.parts(["<", new Uint8Array([62])]); },
  "/204": () => 204,
  "/log-error": () => { log.error(new Error("told")); return new Response("logged"); },
  "/empty": () => new Response(null, { status: 204 }),
  "/json": (request) => Response.json({ url: request.url, method: request.method, query: request.query, path: request.path, id: typeof request.id, client: request.client.address, original: request.originalUrl }),
  "/fields": () => new Response("x", { status: 201, headers: { "X-One": "1", "Set-Cookie": "a=1", "Content-Length": "99", Connection: "close" } }),
  "/cookies": () => { const response = new Response("x"); response.headers.append("set-cookie", "a=1"); response.headers.append("set-cookie", "b=2"); return response; },
  "/number": () => 410,
  "/redirect": () => Response.redirect("/new place/ü?a=b", 301),
  "/async": async () => { await new Promise((resolve) => setTimeout(resolve, 5)); return new Response("later"); },
  "/promise-of-number": async () => 403,
  "/count": () => new Response(String(++count)),
  "/environment": () => Response.json({ env, root: site.root.length > 0, hosts: site.hosts }),
  "/log": () => { log.warn("watch out", { a: 1 }); console.log("said %s", "so"); return new Response("logged"); },
  "/stat": () => Response.json([stat(site.root + "/page.html")?.size, stat(site.root + "/nothing") === undefined, stat("/etc/passwd") === undefined, stat(site.root + "/../site.ts") === undefined]),
  "/file": () => Response.file(site.root + "/page.html"),
  "/slice": () => Response.file(site.root + "/digits.bin", { offset: 2, length: 4, contentType: "text/x-digits", download: "d.txt" }),
  "/error-page": () => Response.file(site.root + "/page.html", { status: 404 }),
  "/outside": () => Response.file("/etc/passwd"),
  "/parts": () => Response.parts(["<", { file: site.root + "/digits.bin", offset: 5, length: 3 }, new Uint8Array([62])]),
  "/echo": async (request) => new Response((await request.text()).toUpperCase()),
  "/restart": (request) => new Request("/text", request),
  "/restart-forever": (request) => new Request("/restart-forever", request),
  "/restart-elsewhere": (request) => new Request("http://other.test/", request),
  "/throw": () => { throw new TypeError("on purpose"); },
  "/string": () => "text" as never,
  "/bad-number": () => 99,
  "/split": () => new Response("x", { headers: { "X-A": "b\\r\\nX-Evil: 1" } }),
  "/etag": () => new Response("0123456789", { headers: { ETag: '"v1"' } }),
  "/search": (request) => new Response(new URL(request.url).searchParams.get("q")),
};
export default (request: Request) => handlers[request.path]?.(request);
`;

const second = `export default (request: Request) => request.path === "/second" ? new Response("from the second script") : undefined;`;
const worker = `export default { async fetch(request: Request, env: { GREETING: string }) { return new Response(env.GREETING + " " + new URL(request.url).pathname); } };`;

let lodestone: Lodestone;
before(async () => {
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: [api.test]
    scripts: [site.ts, second.ts]
    root: www
    env: { GREETING: hello }
  - hosts: [worker.test]
    scripts: [worker.ts]
    env: { GREETING: hello }
`,
    scripts: { "site.ts": site, "second.ts": second, "worker.ts": worker },
    files: {
      "www/page.html": "<p>page</p>",
      "www/digits.bin": "0123456789",
      "www/index.html": "index",
      "www/sub/index.html": "sub",
      "www/.env": "secret",
      "www/.git/config": "secret",
      "www/.well-known/security.txt": "contact",
    },
  });
});
after(() => lodestone.stop());

const get = (path: string, headers: Record<string, string> = {}, method = "GET", body?: string) =>
  request(lodestone.url(path), {
    host: "api.test",
    headers,
    method,
    ...(body === undefined ? {} : { body }),
  });

test("text is sent as UTF-8 with its type and length", async () => {
  const { status, headers, text } = await get("/text");
  assert.equal(status, 200);
  assert.equal(text, "héllo");
  assert.equal(headers["content-type"], "text/plain;charset=UTF-8");
  assert.equal(headers["content-length"], "6");
});

test("HEAD gets the same head without the body", async () => {
  const { headers, text } = await get("/text", {}, "HEAD");
  assert.equal(text, "");
  assert.equal(headers["content-type"], "text/plain;charset=UTF-8");
});

test("bytes arrive as they are", async () => {
  assert.deepEqual([...(await get("/bytes")).body], [0, 255, 10]);
});

test("bytes that an asynchronous script makes arrive too", async () => {
  assert.deepEqual([...(await get("/bytes-later")).body], [0, 255, 10]);
  assert.equal((await get("/parts-later")).text, "<>");
});

test("a number for a status without content has none", async () => {
  const { status, headers, body } = await get("/204");
  assert.deepEqual([status, headers["content-type"], body.length], [204, undefined, 0]);
});

test("an error that a script logs tells of the source", async () => {
  await get("/log-error");
  const line = await lodestone.waitForLog(({ msg }) => String(msg).includes("told"));
  assert.match(String(line.msg), /site\.ts:\d+:\d+/);
  assert.doesNotMatch(String(line.msg), /lodestone:/);
});

test("an answer without a body has none", async () => {
  const { status, body } = await get("/empty");
  assert.deepEqual([status, body.length], [204, 0]);
});

test("a script sees path, query, address and id of its request", async () => {
  const { text } = await get("/json?a=1&b=%20");
  assert.deepEqual(JSON.parse(text), {
    url: "http://api.test/json?a=1&b=%20",
    method: "GET",
    query: "a=1&b=%20",
    path: "/json",
    id: "string",
    client: "127.0.0.1",
    original: "http://api.test/json?a=1&b=%20",
  });
});

test("fields of a script are sent, but framing stays the proxy's", async () => {
  const { status, headers, text } = await get("/fields");
  assert.deepEqual([status, headers["x-one"], headers["content-length"], text], [201, "1", "1", "x"]);
  assert.deepEqual(headers["set-cookie"], ["a=1"]);
});

test("several Set-Cookie fields stay apart", async () => {
  assert.deepEqual((await get("/cookies")).headers["set-cookie"], ["a=1", "b=2"]);
});

test("a number is that status with its standard page", async () => {
  const { status, text } = await get("/number");
  assert.equal(status, 410);
  assert.match(text, /410 Gone/);
});

test("a redirect encodes what a Location cannot hold", async () => {
  const { status, headers } = await get("/redirect");
  assert.deepEqual([status, headers.location], [301, "/new%20place/%C3%BC?a=b"]);
});

test("a script may be asynchronous", async () => {
  assert.equal((await get("/async")).text, "later");
  assert.equal((await get("/promise-of-number")).status, 403);
});

test("module-level variables live as long as the isolate", async () => {
  const first = Number((await get("/count")).text);
  assert.equal(Number((await get("/count")).text), first + 1);
});

test("env and site tell of the configuration", async () => {
  assert.deepEqual(JSON.parse((await get("/environment")).text), {
    env: { GREETING: "hello" },
    root: true,
    hosts: ["api.test"],
  });
});

test("log and console write to the site's log", async () => {
  await get("/log");
  const line = await lodestone.waitForLog(({ msg }) => String(msg).includes("watch out"));
  assert.equal(line.site, "api.test");
  assert.equal(line.level, 40);
  await lodestone.waitForLog(({ msg }) => String(msg).includes("said so"));
});

test("stat sees the site's folders and nothing else", async () => {
  assert.deepEqual(JSON.parse((await get("/stat")).text), [11, true, true, true]);
});

test("a file is sent with its type, and conditional requests apply", async () => {
  const { headers, text } = await get("/file");
  assert.equal(text, "<p>page</p>");
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  const again = await get("/file", { "If-None-Match": headers.etag! });
  assert.deepEqual([again.status, again.text], [304, ""]);
});

test("a slice of a file is a representation of its own", async () => {
  const { headers, text } = await get("/slice");
  assert.equal(text, "2345");
  assert.equal(headers["content-type"], "text/x-digits");
  assert.match(headers["content-disposition"]!, /attachment; filename="?d\.txt"?/);
  const part = await get("/slice", { Range: "bytes=1-2" });
  assert.deepEqual([part.status, part.text, part.headers["content-range"]], [206, "34", "bytes 1-2/4"]);
});

test("a file outside the site's folders is as if it did not exist", async () => {
  assert.equal((await get("/outside")).status, 404);
});

test("parts are put together, and ranges count over all of them", async () => {
  assert.equal((await get("/parts")).text, "<567>");
  const part = await get("/parts", { Range: "bytes=0-1" });
  assert.deepEqual([part.status, part.text], [206, "<5"]);
});

test("a script reads the request's body", async () => {
  assert.equal((await get("/echo", {}, "POST", "loud")).text, "LOUD");
});

test("a returned Request starts over with it", async () => {
  assert.equal((await get("/restart")).text, "héllo");
});

test("starting over more than ten times is a 500", async () => {
  assert.equal((await get("/restart-forever")).status, 500);
  await lodestone.waitForLog((line) => String(line.at ?? line.stack).includes("more than 10 times"));
});

test("starting over cannot leave the site", async () => {
  assert.equal((await get("/restart-elsewhere")).status, 500);
});

test("a script that throws is a 500, and the log names the line", async () => {
  const { status, text } = await get("/throw");
  assert.equal(status, 500);
  assert.doesNotMatch(text, /on purpose|site\.ts/);
  const line = await lodestone.waitForLog((entry) => String(entry.at).includes("on purpose"));
  assert.match(String(line.at), /site\.ts:\d+:\d+: TypeError: on purpose\n.*throw new TypeError.*\n\s*\^/);
});

for (const path of ["/string", "/bad-number", "/split"]) {
  test(`what cannot be an answer is a 500: ${path}`, async () => {
    const { status, headers } = await get(path);
    assert.equal(status, 500);
    assert.equal(headers["x-evil"], undefined);
  });
}

test("ranges and conditions apply to a finished answer of a script", async () => {
  const part = await get("/etag", { Range: "bytes=-3" });
  assert.deepEqual([part.status, part.text], [206, "789"]);
  assert.equal((await get("/etag", { "If-None-Match": '"v1"' })).status, 304);
});

test("URL parses by the host's parser", async () => {
  assert.equal((await get("/search?q=a+b%C3%A4")).text, "a bä");
});

test("the next script is asked when one returns nothing", async () => {
  assert.equal((await get("/second")).text, "from the second script");
});

test("when no script decides, the root's file is sent, else 404", async () => {
  assert.equal((await get("/page.html")).text, "<p>page</p>");
  assert.equal((await get("/")).text, "index");
  assert.equal((await get("/missing.html")).status, 404);
  assert.equal((await get("/..%2f..%2fsite.ts")).status, 400);
});

test("names that begin with a dot are hidden, but for .well-known", async () => {
  assert.equal((await get("/.env")).status, 404);
  assert.equal((await get("/.git/config")).status, 404);
  assert.equal((await get("/.well-known/security.txt")).text, "contact");
});

test("a file sent with another status is not subject to conditions", async () => {
  const { headers } = await get("/error-page");
  const again = await get("/error-page", { "If-None-Match": headers.etag ?? "*", Range: "bytes=0-1" });
  assert.deepEqual([again.status, again.text], [404, "<p>page</p>"]);
  const posted = await get("/error-page", {}, "POST", "x");
  assert.deepEqual([posted.status, posted.text], [404, "<p>page</p>"]);
});

test("a folder without its slash redirects to it", async () => {
  const { status, headers } = await get("/sub?a=1");
  assert.deepEqual([status, headers.location], [301, "/sub/?a=1"]);
});

test("a fetch-style module worker runs", async () => {
  const { text } = await request(lodestone.url("/path?q"), { host: "worker.test" });
  assert.equal(text, "hello /path");
});

test("a host that no site has is 421", async () => {
  assert.equal((await request(lodestone.url("/"), { host: "nobody.test" })).status, 421);
});

test("the access log says who answered", async () => {
  await get("/page.html?who");
  const line = await lodestone.waitForLog(({ msg, path }) => msg === "request" && path === "/page.html");
  assert.deepEqual([line.by, line.status, line.bytes, line.site], ["file", 200, 11, "api.test"]);
  assert.equal(typeof line.milliseconds, "number");
});
