import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { RawConnection } from "../support/raw_connection.ts";
import { type Asked, askServer, compare, field, type Got } from "./applications/compared.ts";
import application from "./applications/hono.ts";

const SECRET = "a secret of enough bytes";

let origin: Origin;
let lodestone: Lodestone;

before(async () => {
  origin = await startOrigin({
    "/echo": async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      const { "x-from": from, authorization, "x-forwarded-for": client } = request.headers;
      response.setHeader("content-type", "application/json");
      response.setHeader("x-origin", "yes");
      response.statusCode = 207;
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          from,
          authorization,
          client: typeof client,
          body,
        }),
      );
    },
    "/cookies": (_, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.setHeader("connection", "close, x-hop");
      response.setHeader("x-hop", "1");
      response.end("with cookies");
    },
    ...Object.fromEntries(
      ["/a", "/b", "/c"].map((path) => [path, (_, response) => response.end(JSON.stringify({ path }))]),
    ),
  } as Parameters<typeof startOrigin>[0]);
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [${fileURLToPath(new URL("./applications/hono.ts", import.meta.url))}]
    env: { ORIGIN: "${origin.url}", SECRET: "${SECRET}" }
    allow: { origins: ["${origin.url}"] }
backends:
  app: ${origin.url}
`,
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
  await origin[Symbol.asyncDispose]();
});

const context = { waitUntil() {}, passThroughOnException() {}, props: {} };

/** The same application with Node's classes. */
const here = (request: Request): Response | Promise<Response> =>
  application.fetch(request, { ORIGIN: origin.url, SECRET }, context);

const ask = (asked: Asked | string): Promise<Got> =>
  compare(here, lodestone.address, typeof asked === "string" ? { path: asked } : asked);

const form = "application/x-www-form-urlencoded";
const json = "application/json";
const BOUNDARY = "----boundary";
const multipart = `multipart/form-data; boundary=${BOUNDARY}`;
const upload = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\nA café\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="tags"\r\n\r\none\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="tags"\r\n\r\ntwo\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nthe file\r\n`,
  `--${BOUNDARY}--\r\n`,
].join("");

const post = (path: string, type: string, body: string): Asked => ({
  path,
  method: "POST",
  headers: { "content-type": type },
  body,
});

/** What is asked, and the answer's status and text where they say something. */
const TABLE: Record<string, readonly (readonly [Asked | string, number, (string | RegExp)?])[]> = {
  routing: [
    ["/", 200, "Hello Hono!"],
    ["/users/j%C3%BCrgen/posts/17", 200, JSON.stringify({ id: "17", name: "j\u00c3\u00bcrgen" })],
    ["/users/anna/posts/seventeen", 404],
    ["/optional", 200, "nobody"],
    ["/optional/", 301],
    ["/optional/anna", 200, "anna"],
    ["/files/a/b/c.txt", 200, "file /files/a/b/c.txt"],
    [{ path: "/many", method: "PUT" }, 200, "PUT"],
    [{ path: "/many", method: "DELETE" }, 200, "DELETE"],
    ["/many", 404, "no /many"],
    [{ path: "/any", method: "PATCH" }, 200, "PATCH"],
    [{ path: "/any", method: "OPTIONS" }, 200, "OPTIONS"],
    [{ path: "/", method: "HEAD" }, 200, ""],
    [{ path: "/query?q=a%20b+c&many=1&many=2&bad=%zz", headers: { "X-Agent": "node" } }, 200],
    ["/nowhere", 404, "no /nowhere"],
  ],
  groups: [
    ["/shop/books", 200, '["one","two"]'],
    ["/shop/books/7", 200, '{"id":"7"}'],
    ["/shop/books/0", 404],
    [post("/shop/books", json, '{"title":"three"}'), 201, '{"title":"three"}'],
  ],
  middleware: [
    ["/chain/end", 200, '["first in","second in"]'],
    ["/accepts", 200, "en"],
    [{ path: "/accepts", headers: { "accept-language": "de;q=0.9, en;q=0.5" } }, 200, "de"],
    ["/pretty?pretty", 200, /\n {2}"a"/],
    ["/pretty", 200],
    ["/secure/page", 200, "secure"],
  ],
  answers: [
    ["/html?name=%3Cb%3E", 200, /&lt;&lt;b&gt;&gt;|&quot;quoted&quot;/],
    ["/redirect", 301],
    ["/status", 204, ""],
    ["/body", 200, "\x00\x01\xfe\xff"],
    [{ path: "/body", method: "HEAD" }, 200, ""],
    ["/response", 418, "made by hand"],
    ["/throw", 500, '{"error":"Error"}'],
    ["/exception", 401, "no"],
  ],
  cookies: [
    ["/cookies/set", 200],
    [{ path: "/cookies/get", headers: { cookie: "a=1; b=%20x; signed=value.wrong" } }, 200],
    ["/cookies/get", 200, '{"all":{}}'],
  ],
  authentication: [
    ["/token", 200, /^ey/],
    ["/jwt/page", 401],
    [{ path: "/jwt/page", headers: { authorization: "Bearer a.b.c" } }, 401],
    ["/basic/page", 401],
    [{ path: "/basic/page", headers: { authorization: `Basic ${btoa("anna:wrong")}` } }, 401],
    [
      {
        path: "/basic/page",
        headers: { authorization: `Basic ${Buffer.from("anna:söcret").toString("base64")}` },
      },
      200,
      "for anna",
    ],
    ["/bearer/page", 401],
    [{ path: "/bearer/page", headers: { authorization: "Bearer a-token" } }, 200, "for the bearer"],
  ],
  "other origins": [
    ["/cors/page", 200, "shared"],
    [{ path: "/cors/page", headers: { origin: "https://example.com" } }, 200],
    [{ path: "/cors/page", headers: { origin: "https://evil.example" } }, 200],
    [
      {
        path: "/cors/page",
        method: "OPTIONS",
        headers: { origin: "https://example.com", "access-control-request-headers": "x-a, x-b" },
      },
      204,
    ],
    [
      { ...post("/csrf", form, "a=1"), headers: { "content-type": form, origin: "https://evil.example" } },
      403,
    ],
  ],
  bodies: [
    [post("/json", json, '{"a":[1,"é"]}'), 200],
    [post("/json", json, "{"), 500, '{"error":"SyntaxError"}'],
    [post("/text", "text/plain", "straße"), 200],
    [post("/bytes", "application/octet-stream", "abc"), 200, "cba"],
    [post("/blob", "text/x-test", "abc"), 200, '{"size":3,"type":"text/x-test"}'],
    [post("/form", form, "a=1&b=%C3%A9+x&a=2"), 200, /\["a","2"\]/],
    [post("/form", multipart, upload), 200, /\["file","a.txt"\]/],
    [post("/form", "multipart/form-data", upload), 500],
    [post("/upload", multipart, upload), 200, /"text":"the file"/],
    [post("/valid?page=3", form, "title=x"), 200, '{"title":"x","page":3}'],
    [post("/valid", form, "title="), 400, "no title"],
    [post("/limited", "text/plain", "x".repeat(100)), 200, "100"],
    [post("/limited", "text/plain", "x".repeat(101)), 413, "too much"],
    [post("/method", form, "_method=DELETE"), 200, "deleted"],
    [post("/method", form, "a=b"), 200, "posted"],
    [post("/clone", "text/plain", "twice"), 200, "twice twice true"],
    [{ path: "/text", method: "POST" }, 200, ""],
  ],
  "entity tags": [
    ["/etag/page", 200, "a page with a tag"],
    ["/etag/stream", 200, "a streamed page"],
  ],
  streaming: [
    ["/stream/bytes", 200, "\x01\x02\x03piped"],
    ["/stream/text", 200, /^line 0/],
    ["/stream/events", 200, /^event: tick\ndata: first\ndata: second 0\nid: 0\n\n/],
    ["/stream/fails", 200, "begin caught in the middle"],
    [{ path: "/stream/text", method: "HEAD" }, 200, ""],
  ],
  elsewhere: [
    [{ path: "/proxy/echo?a=1", headers: { authorization: "Bearer x" } }, 207, /"from":"hono"/],
    [post("/proxy/echo", "text/plain", "a body"), 207, /"body":"a body"/],
    [{ ...post("/proxy/echo", "text/plain", ""), body: new Uint8Array(2000).fill(65) }, 207, /A{2000}/],
    ["/proxied", 200, "with cookies"],
    ["/fetched", 200, '[{"path":"/a"},{"path":"/b"},{"path":"/c"}]'],
    ["/env", 200],
  ],
};

for (const [what, rows] of Object.entries(TABLE)) {
  test(`an ordinary Hono application answers as it does in Node: ${what}`, async (t) => {
    for (const [asked, status, text] of rows) {
      const name = typeof asked === "string" ? asked : `${asked.method ?? "GET"} ${asked.path}`;
      await t.test(name, async () => {
        const got = await ask(asked);
        assert.equal(got.status, status);
        if (typeof text === "string") assert.equal(got.body, text);
        else if (text !== undefined) assert.match(got.body, text);
      });
    }
  });
}

test("cookies that Hono has signed come back and are believed, others are not", async () => {
  const set = await ask("/cookies/set");
  const cookies = set.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  assert.equal(cookies.length, 4);
  const signed = cookies.find((cookie) => cookie.startsWith("signed="))!.split(";")[0]!;
  const get = (cookie: string) => ask({ path: "/cookies/get", headers: { cookie } });
  assert.match((await get(signed)).body, /"signed":"value"/);
  assert.match((await get(signed.replace("value", "other"))).body, /"signed":false/);
});

test("a token that Hono has signed opens the page behind hono/jwt", async () => {
  const { body: token } = await ask("/token");
  const page = (text: string) => ask({ path: "/jwt/page", headers: { authorization: `Bearer ${text}` } });
  assert.deepEqual(JSON.parse((await page(token)).body), { sub: "anna", role: "admin", exp: 4_000_000_000 });
  assert.equal((await page(`${token.slice(0, -2)}xx`)).status, 401);
});

test("hono/etag answers 304 when the client has the page", async () => {
  const etag = field(await ask("/etag/page"), "etag")!;
  const again = await ask({ path: "/etag/page", headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  assert.equal(again.body, "");
});

test("hono/timing and hono/request-id say something of their own each time", async () => {
  const timed = await askServer(lodestone.address, { path: "/timed/page" });
  assert.match(field(timed, "server-timing")!, /region;desc="eu".*work;dur=[\d.]+.*total;dur=[\d.]+/);
  const first = await askServer(lodestone.address, { path: "/identified" });
  const second = await askServer(lodestone.address, { path: "/identified" });
  assert.equal(field(first, "x-request-id"), first.body);
  assert.notEqual(first.body, second.body);
});

test("hono/body-limit counts a body of unknown length as it comes", async () => {
  using connection = await RawConnection.open(lodestone.address);
  const chunk = `20\r\n${"x".repeat(32)}\r\n`;
  const head = "POST /limited HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  connection.write(`${head}${chunk.repeat(3)}0\r\n\r\n`);
  assert.match(await connection.receive("\r\n\r\n96"), /^HTTP\/1.1 200 /);
  connection.write(`${head}${chunk.repeat(4)}0\r\n\r\n`);
  assert.match(await connection.receive("too much"), /HTTP\/1.1 413 /);
});

test("the proxy helper passes a request on to a named backend, and its answer back", async () => {
  const got = await askServer(lodestone.address, {
    ...post("/backend/echo?b=2", "text/plain", "for the backend"),
    headers: { "content-type": "text/plain", "x-from": "client" },
  });
  assert.equal(got.status, 207);
  assert.equal(field(got, "x-origin"), "yes");
  const seen = JSON.parse(got.body) as Record<string, string>;
  assert.deepEqual(
    { method: seen.method, url: seen.url, from: seen.from, body: seen.body },
    { method: "POST", url: "/echo", from: "client", body: "for the backend" },
  );
});

test("what was given to waitUntil goes on after the answer, and hono/logger writes to the log", async () => {
  assert.equal((await ask("/later")).body, "answered");
  await lodestone.waitForLog(({ msg }) => String(msg).includes("later is now"));
  await lodestone.waitForLog(({ msg }) => String(msg).includes("--> GET /later"));
});

test("nothing of all this was an error in the log but what the application threw", async () => {
  const errors = lodestone.log().filter(({ level }) => Number(level) >= 40);
  assert.deepEqual(errors, []);
});

test("an application with JSX, as its documentation would configure it", async () => {
  await using site = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.tsx]
`,
    scripts: {
      "site.tsx": `
import { Hono } from "hono";
import type { FC } from "hono/jsx";

const Page: FC<{ names: string[] }> = ({ names }) => (
  <html>
    <body>{names.map((name) => <li>{name}</li>)}</body>
  </html>
);
const app = new Hono();
app.get("/", (c) => c.html(<Page names={["a", "<b>"]} />));
export default app;
`,
    },
    files: {
      "tsconfig.json": '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "hono/jsx" } }',
    },
    link: { node_modules: fileURLToPath(new URL("../../node_modules", import.meta.url)) },
  });
  const page = await askServer(site.address, { path: "/" });
  assert.equal(page.body, "<html><body><li>a</li><li>&lt;b&gt;</li></body></html>");
  assert.equal(field(page, "content-type"), "text/html; charset=UTF-8");
});
