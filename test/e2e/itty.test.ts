import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { type Origin, startOrigin } from "../support/origin.ts";
import { type Asked, compare, type Got } from "./applications/compared.ts";
import application from "./applications/itty.ts";

let origin: Origin;
let lodestone: Lodestone;

before(async () => {
  origin = await startOrigin((request, response) => {
    response.writeHead(203, { "content-type": "application/json", "x-origin": "yes" });
    response.end(JSON.stringify({ path: request.url }));
  });
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [${fileURLToPath(new URL("./applications/itty.ts", import.meta.url))}]
    env: { ORIGIN: "${origin.url}" }
    allow: { origins: ["${origin.url}"] }
`,
  });
});

after(async () => {
  await lodestone?.[Symbol.asyncDispose]();
  await origin[Symbol.asyncDispose]();
});

/** The same application with Node's classes. */
const here = (request: Request): Promise<Response> =>
  application.fetch(request, { ORIGIN: origin.url }, { waitUntil() {} });

const post = (path: string, type: string, body: string): Asked => ({
  path,
  method: "POST",
  headers: { "content-type": type },
  body,
});

const form = "application/x-www-form-urlencoded";
const sharing = { origin: "https://example.com" };

/** What is asked, and the answer's status and text where they say something. */
const TABLE: Record<string, readonly (readonly [Asked | string, number, (string | RegExp)?])[]> = {
  routing: [
    ["/", 200, "Hello itty!"],
    ["/hello", 200, '"Hello, World!"'],
    ["/hello/anna", 200, '"Hello, anna!"'],
    ["/todos/17?a=1&b=2&b=3", 200, '{"id":"17","query":{"a":"1","b":["2","3"]}}'],
    ["/greedy/a/b/c", 200, '{"path":"a/b/c"}'],
    ["/own/c/f/b/x", 200, '{"client":"c","file":"f","backend":"b","env":"x"}'],
    ["/files/page.html", 200, '{"name":"page","ext":"html"}'],
    ["/query?q=a%20b+c", 200, '{"q":"a b c"}'],
    ["/early", 200, '"the second handler"'],
    [{ path: "/", method: "POST" }, 404],
    ["/nowhere", 404, '{"status":404,"error":"Not Found"}'],
  ],
  "routers in routers": [
    ["/pets", 200, '["cat","dog"]'],
    ["/pets/7?x=1", 200, '{"pet":"7"}'],
    ["/pets/7/8", 404, '{"status":404,"area":"pets"}'],
    ["/plain/a/b", 200, "a b"],
  ],
  middleware: [
    [{ path: "/cookies", headers: { cookie: "a=1; b=x=y" } }, 200, '{"a":"1","b":"x=y"}'],
    ["/cookies", 200, "{}"],
    [post("/content", "application/json", '{"a":1}'), 200, '{"content":{"a":1}}'],
    [post("/content", "text/plain", "text"), 200, '{"content":"text"}'],
    [post("/form", form, "a=1&b=2"), 200, '[["a","1"],["b","2"]]'],
    [{ path: "/shared/page", headers: sharing }, 200, '["shared"]'],
    [
      {
        path: "/shared/page",
        method: "OPTIONS",
        headers: { ...sharing, "access-control-request-method": "GET" },
      },
      204,
    ],
  ],
  answers: [
    ["/html", 200, "<h1>itty</h1>"],
    ["/status", 204, ""],
    ["/json", 201, '{"made":"by hand"}'],
    ["/error", 418, '{"status":418,"error":"I am a teapot"}'],
    ["/thrown", 403, '{"status":403,"error":"Forbidden","reason":"not for you"}'],
    ["/broken", 500, '{"status":500,"error":"what went wrong"}'],
    ["/stream", 200, "one two three"],
  ],
  elsewhere: [
    ["/fetched", 200, '[{"path":"/a"},{"path":"/b"}]'],
    ["/passed", 203, '{"path":"/passed"}'],
    ["/later", 200, '"answered"'],
  ],
};

const ask = (asked: Asked | string): Promise<Got> =>
  compare(here, lodestone.address, typeof asked === "string" ? { path: asked } : asked);

for (const [what, rows] of Object.entries(TABLE)) {
  test(`an ordinary itty-router application answers as it does in Node: ${what}`, async (t) => {
    for (const [asked, status, text] of rows) {
      const name = typeof asked === "string" ? asked : `${asked.method ?? "GET"} ${asked.path}`;
      await t.test(name, async () => {
        const got = await ask(asked);
        assert.equal(got.status, status);
        if (text !== undefined) assert.equal(got.body, text);
      });
    }
  });
}

test("what was given to waitUntil goes on, and nothing was an error in the log", async () => {
  await lodestone.waitForLog(({ msg }) => String(msg).includes("later is now"));
  assert.deepEqual(
    lodestone.log().filter(({ level }) => Number(level) >= 40),
    [],
  );
});
