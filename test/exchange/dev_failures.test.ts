import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

const SITE = `interface Cart { name: string }
const secret = "from the source";

const carts: Record<string, Cart> = {};
const wait = () => new Promise(() => {});

export default async (request: Request) => {
  switch (request.path) {
    case "/throws": return new Response(carts["a"]!.name);
    case "/loops": for (;;) secret.length;
    case "/waits": await wait();
    case "/fills": { const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(secret)); }
    case "/string": throw "a string";
    case "/head": return new Response("x", { headers: { "x-a": "b" }, status: 200, statusText: "fine" });
    case "/418": return 418;
    case "/500": return 500;
    case "/down": request.backend = "down"; return;
    case "/unknown": request.backend = "nope"; return;
    case "/bad": request.backend = "down"; request.headers.append("Host", "a"); request.headers.append("Host", "b"); return;
    case "/fetch-down": request.backend = "down"; return await fetch(request);
  }
};
`;
const HEAD = "interface A {}\nthrow new Error('while loading');\n";
const config = (dev: boolean): string => `
workers: 1
dev: ${dev}
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    limits: { cpu: 100, memory: 32, deadline: 1500 }
  - hosts: [loading.test]
    scripts: [loading.ts]
backends: { down: "http://127.0.0.1:9" }
`;
const scripts = { "site.ts": SITE, "loading.ts": `${HEAD}export default () => 204;\n` };
const html = { accept: "text/html" };

let dev: Lodestone;
let production: Lodestone;
before(async () => {
  [dev, production] = await Promise.all([
    startLodestone({ config: config(true), scripts }),
    startLodestone({ config: config(false), scripts }),
  ]);
});
after(() => Promise.all([dev?.stop(), production?.stop()]));

const failures: [what: string, path: string, status: number, message: RegExp, place: RegExp][] = [
  ["throws", "/throws", 500, /TypeError: Cannot read properties of undefined/, /site\.ts:9:53/],
  ["runs into the CPU limit", "/loops", 500, /The scripts ran for more than 100 ms/, /site\.ts:10:/],
  ["has not decided at its deadline", "/waits", 504, /Not decided after 1500 ms/, /^/],
  ["throws what is no error", "/string", 500, /thrown: &quot;a string&quot;/, /^/],
  ["runs out of memory", "/fills", 500, /./, /^/],
  ["names a backend that is none", "/unknown", 500, /backend &quot;nope&quot;: there is none/, /^/],
  ["makes a request that cannot be sent", "/bad", 500, /one Host, got [23] from a script/, /^/],
  ["lets a failed fetch pass", "/fetch-down", 502, /127\.0\.0\.1:9/, /^/],
];

for (const [what, path, status, message, place] of failures) {
  test(`dev shows how a script ${what}`, async () => {
    const answer = await request(dev.url(path), { headers: html });
    assert.equal(answer.status, status);
    assert.match(String(answer.headers["content-type"]), /^text\/html/);
    assert.match(answer.text, /<h1>/);
    assert.match(answer.text, message);
    assert.match(answer.text, place);
    assert.match(answer.text, /Request id<\/dt>/);
  });

  test(`without dev nobody learns how a script ${what}`, async () => {
    const answer = await request(production.url(path), { headers: html });
    assert.equal(answer.status, status);
    assert.doesNotMatch(answer.text, /site\.ts|secret|Error:|127\.0\.0\.1|limit|deadline| ms|string/);
  });
}

test("dev leaves alone what a script answers, and what a backend does", async () => {
  for (const path of ["/418", "/500", "/down"]) {
    const [here, there] = await Promise.all([
      request(dev.url(path), { headers: html }),
      request(production.url(path), { headers: html }),
    ]);
    assert.equal(here.text, there.text);
  }
});

test("dev tells a client without HTML in text, and one that wants JSON in JSON", async () => {
  const text = await request(dev.url("/throws"));
  assert.match(text.text, /^500 Internal Server Error\n\nTypeError: Cannot read/);
  assert.match(text.text, /site\.ts:9:53: TypeError.*\n(.*\n)+ {6}case "\/throws": .*\n {2} +\^\n/);
  const json = await request(dev.url("/throws"), { headers: { accept: "application/json" } });
  assert.equal(JSON.parse(json.text).error.places[0].line, 9);
});

test("dev shows why a script cannot be loaded, and what does not compile once it is saved", async () => {
  const ask = () => request(dev.url("/"), { headers: { host: "loading.test" } });
  const answer = await ask();
  assert.equal(answer.status, 503);
  assert.match(answer.text, /\nError: while loading\n/);
  assert.match(answer.text, /loading\.ts:2:7: /);
  dev.folder.write("loading.ts", "export default () => {\n  return 1 +;\n};\n");
  const broken = await until("the new fault is shown", async () => {
    const shown = (await ask()).text;
    return shown.includes("loading.ts:2:13") ? shown : undefined;
  });
  assert.match(broken, /Unexpected ";"/);
  dev.folder.write("loading.ts", "export default () => 204;\n");
  await until("the script works", async () => (await ask()).status === 204 || undefined);
});

test("dev starts with a script that does not compile, and shows it", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ scripts: [site.ts] }]\n",
    scripts: { "site.ts": "export default () => {\n  return 2 +;\n};\n" },
    args: ["--dev"],
  });
  const answer = await request(lodestone.url("/"), { headers: html });
  assert.equal(answer.status, 503);
  assert.match(answer.text, /site\.ts:2:13/);
  assert.match(lodestone.stderr, /dev: failures of scripts are shown to every client/);
  lodestone.folder.write("site.ts", "export default () => 204;\n");
  await until(
    "the script works",
    async () => (await request(lodestone.url("/"))).status === 204 || undefined,
  );
});

test("a mistake in what a script escalates is logged as an error, with its request", async () => {
  await request(production.url("/unknown"));
  const line = await production.waitForLog(({ msg }) =>
    String(msg).includes('backend "nope": there is none'),
  );
  assert.equal(line.level, 50);
  assert.match(String(line.msg), /^GET \/unknown \(request \S+\): /);
});

test("dev shows a page's fault in a browser until the save is mended, and other requests the version before", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\ndev: true\nsites: [{ scripts: [site.ts] }]\n",
    scripts: { "site.ts": "export default () => new Response('one');\n" },
  });
  const page = () => request(lodestone.url("/"), { headers: html });
  assert.equal((await page()).text, "one");
  lodestone.folder.write("site.ts", "export default () => {\n  return 2 +;\n};\n");
  const broken = await until("the fault is shown", async () => {
    const answer = await page();
    return answer.status === 503 ? answer : undefined;
  });
  assert.match(broken.text, /site\.ts:2:13/);
  assert.equal((await request(lodestone.url("/"))).text, "one");
  lodestone.folder.write("site.ts", "export default () => new Response('one');\n");
  await until("the page is back", async () => (await page()).text === "one" || undefined);
});
