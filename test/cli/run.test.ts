import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { folderWith, lodestone, NODES, outcomeOf, startLodestone } from "./run_lodestone.ts";

const SCRIPT = `export default async (request: Request) => {
  if (request.path === "/old") return Response.redirect("/new", 301);
  if (request.path === "/echo") return new Response(await request.bytes(), { headers: { "x-got": request.method + " " + request.headers.get("content-type") } });
  if (request.path === "/log") { console.warn("a\\u001b[31m word"); return new Response("logged"); }
  if (request.path === "/boom") {
    throw new TypeError("late boom");
  }
  if (request.path === "/fetch") {
    request.backend = "app";
    return fetch(request);
  }
  if (request.path === "/shop") {
    request.backend = "app";
    request.path = "/orders";
    request.query = "page=2";
    request.headers.set("x-base", "/shop");
    request.headers.delete("cookie");
    request.headers.set("accept", "text/html");
    request.env.USER = "ada";
  }
};
`;

for (const node of NODES) {
  test(`run prints the answer as curl -i does (${node})`, async (t) => {
    const cwd = folderWith(t, { "site.ts": SCRIPT });
    const { code, stdout, stderr } = await lodestone(t, ["run", "site.ts", "/old"], { node, cwd });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.equal(stdout, "HTTP/1.1 301 Moved Permanently\r\nlocation: /new\r\nContent-Length: 0\r\n\r\n");
  });
}

test("run sends a body as it is, and prints one as it is", async (t) => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  writeFileSync(join(cwd, "bytes"), bytes);
  const child = startLodestone(t, ["run", "site.ts", "/echo", "-d", "@bytes"], { cwd });
  const chunks: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", resolve);
  await promise;
  const output = Buffer.concat(chunks);
  assert.deepEqual(output.subarray(-256), bytes);
  assert.match(output.toString("latin1"), /x-got: POST application\/x-www-form-urlencoded\r\n/);
});

test("run takes method, headers and a body from standard input", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const parameters = ["run", "site.ts", "/echo", "-X", "PUT", "-H", "Content-Type: text/plain", "-d", "@-"];
  const child = startLodestone(t, parameters, { cwd });
  const ended = outcomeOf(child);
  child.stdin.end("typed");
  const { stdout } = await ended;
  assert.match(stdout, /x-got: PUT text\/plain\r\n(.*\r\n)*\r\ntyped$/);
});

test("what the script logs goes to standard error, and drives no terminal", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const { code, stdout, stderr } = await lodestone(t, ["run", "site.ts", "/log"], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /\r\n\r\nlogged$/);
  assert.equal(stderr, "warn: a\ufffd[31m word\n");
});

test("run tells where a request would go, and with which changes", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const parameters = ["run", "site.ts", "/shop?page=1", "-H", "Cookie: a=1", "-H", "Accept: */*"];
  const plain = await lodestone(t, parameters, { cwd });
  const changes = `
  GET /orders?page=2

~ path: /shop -> /orders
~ query: page=1 -> page=2
- cookie: a=1
~ accept: */* -> text/html
+ x-base: /shop
+ env USER=ada
`;
  assert.deepEqual([plain.code, plain.stderr], [0, ""]);
  assert.equal(plain.stdout, `Escalates to backend app\n${changes}`);
  const named = await lodestone(t, [...parameters, "--backend", "app=http://127.0.0.1:1"], { cwd });
  assert.equal(named.stdout, `Escalates to backend app (http://127.0.0.1:1)\n${changes}`);
});

test("run tells of the file a request would get, of the site's own backend, and of nothing", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT, "index.html": "first" });
  const file = await lodestone(t, ["run", "site.ts", "/", "--root", "."], { cwd });
  assert.equal(file.stdout, `Escalates to the file ${join(cwd, "index.html")}\n\n  GET /\n\nunchanged\n`);
  const backend = await lodestone(t, ["run", "site.ts", "/", "-b", "http://127.0.0.1:1"], { cwd });
  assert.match(backend.stdout, /^Escalates to backend http:\/\/127\.0\.0\.1:1\n/);
  const nothing = await lodestone(t, ["run", "site.ts", "/"], { cwd });
  assert.match(nothing.stdout, /^Escalates to nothing: .*404\n/);
});

test("a script that throws is shown with its line, and makes the exit code 1", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const { code, stdout, stderr } = await lodestone(t, ["run", "site.ts", "/boom"], { cwd });
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(
    stderr,
    /site\.ts:6:11: TypeError: late boom\n {6}throw new TypeError\("late boom"\);\n {12}\^\n/,
  );
  assert.match(stderr, /\n\nA client gets 500 Internal Server Error, and nothing of this\.\n$/);
});

test("a script that does not compile, or throws while it loads, is shown with its line", async (t) => {
  const cwd = folderWith(t, {
    "a.ts": "export default () => 2 +;",
    "b.ts": `export default () => 204;\nthrow new Error("early");`,
  });
  const broken = await lodestone(t, ["run", "a.ts", "/"], { cwd });
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /a\.ts:1:25: .*\n.*\n +\^\n$/);
  const thrown = await lodestone(t, ["run", "b.ts", "/"], { cwd });
  assert.equal(thrown.code, 1);
  assert.match(thrown.stderr, /b\.ts:2:7: Error: early\n.*\n.*\^\n(.*\n)*\nA client gets 503/);
});

async function application(t: TestContext): Promise<string> {
  const server = createServer((request, response) => response.end(`${request.method} ${request.url}`));
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what the script fetches comes from the backend that is named", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const url = await application(t);
  const { code, stdout } = await lodestone(t, ["run", "site.ts", "/fetch?q", "-b", `app=${url}`], { cwd });
  assert.equal(code, 0);
  assert.match(stdout, /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*\r\nGET \/fetch\?q$/);
  const absent = await lodestone(t, ["run", "site.ts", "/fetch"], { cwd });
  assert.equal(absent.code, 1);
  assert.match(absent.stderr, /say where it is: --backend app=http:/);
});

test("a backend that the configuration does not have is told with those it has", async (t) => {
  const cwd = folderWith(t, {
    "site.ts": 'export default (request: Request) => { request.backend = "nowhere"; };',
    "lodestone.yaml":
      "sites: [{ scripts: site.ts }]\nbackends: { app: http://127.0.0.1:1, other: http://127.0.0.1:2 }\n",
    "none.yaml": "sites: [{ scripts: site.ts }]\n",
  });
  const { code, stderr } = await lodestone(t, ["run", "site.ts", "/x", "--config", "lodestone.yaml"], {
    cwd,
  });
  assert.equal(code, 1);
  assert.match(stderr, /backend "nowhere": there is none of that name; known: app, other\n/);
  const none = await lodestone(t, ["run", "site.ts", "/x", "--config", "none.yaml"], { cwd });
  assert.match(none.stderr, /known: none\n/);
});

test("a configuration gives the script its site's root, env and backends", async (t) => {
  const url = await application(t);
  const cwd = folderWith(t, {
    "site.ts": SCRIPT,
    "lodestone.yaml": `sites: [{ hosts: [a.test], scripts: [site.ts, other.ts], root: . }]\nbackends: { app: "${url}" }\n`,
    "other.ts": "export default () => new Response('other');",
  });
  const fetched = await lodestone(t, ["run", "site.ts", "/fetch", "--config", "lodestone.yaml"], { cwd });
  assert.match(fetched.stdout, /\r\n\r\nGET \/fetch$/);
  const alone = await lodestone(t, ["run", "site.ts", "/x", "-c", "lodestone.yaml"], { cwd });
  assert.match(alone.stdout, /^Escalates to nothing/);
  const all = await lodestone(t, ["run", "lodestone.yaml", "http://a.test/x"], { cwd });
  assert.match(all.stdout, /\r\n\r\nother$/);
  const nobody = await lodestone(t, ["run", "lodestone.yaml", "http://b.test/x"], { cwd });
  assert.equal(nobody.code, 2);
  assert.match(nobody.stderr, /no site has the host "b\.test"; there are: a\.test/);
});

test("--json tells everything in one object", async (t) => {
  const cwd = folderWith(t, { "site.ts": SCRIPT });
  const json = async (...parameters: string[]) => {
    const { stdout, stderr } = await lodestone(t, ["run", "site.ts", ...parameters, "--json"], { cwd });
    assert.equal(stderr, "");
    return JSON.parse(stdout);
  };
  const answered = await json("/log");
  assert.deepEqual([answered.response.status, answered.response.body], [200, "logged"]);
  assert.equal(answered.logs[0].level, "warn");
  const { escalated } = await json("/shop");
  assert.deepEqual(
    [escalated.to, escalated.backend, escalated.path, escalated.env],
    ["backend", "app", "/orders", { USER: "ada" }],
  );
  assert.deepEqual(escalated.changes, [
    { name: "x-base", after: "/shop" },
    { name: "accept", after: "text/html" },
  ]);
  const { error } = await json("/boom");
  assert.deepEqual(
    [error.code, error.message, error.line, error.column],
    ["script_error", "TypeError: late boom", 6, 11],
  );
});

const STREAMS = `const encoder = new TextEncoder();
export default ({ path }: Request) => {
  let count = 0;
  const source = {
    async pull(controller: ReadableStreamDefaultController) {
      if (path === "/three" && count === 3) return controller.close();
      if (path === "/broken" && count === 1) await new Promise(() => {});
      if (path === "/fails" && count === 1) throw new Error("no more");
      count++;
      controller.enqueue(encoder.encode("data: " + count + "\\n\\n"));
      if (path === "/fails") await scheduler.wait(50);
    },
  };
  return new Response(new ReadableStream(source), { headers: { "content-type": "text/event-stream" } });
};
`;

test("an answer that never ends is printed as it comes, until Ctrl-C", async (t) => {
  const cwd = folderWith(t, { "site.ts": STREAMS });
  const child = startLodestone(t, ["run", "site.ts", "/broken"], { cwd });
  const ended = outcomeOf(child);
  const { promise, resolve } = Promise.withResolvers<void>();
  let seen = "";
  child.stdout.on("data", (text: string) => {
    seen += text;
    if (seen.endsWith("data: 1\n\n")) resolve();
  });
  await promise;
  child.kill("SIGINT");
  const { signal, stdout } = await ended;
  assert.equal(signal, "SIGINT");
  assert.equal(stdout, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n");
});

test("an answer in pieces is printed to its end, and for --json taken whole", async (t) => {
  const cwd = folderWith(t, { "site.ts": STREAMS });
  const { code, stdout, stderr } = await lodestone(t, ["run", "site.ts", "/three"], { cwd });
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3\n\n$/);
  const json = await lodestone(t, ["run", "site.ts", "/three", "--json"], { cwd });
  assert.equal(JSON.parse(json.stdout).response.body, "data: 1\n\ndata: 2\n\ndata: 3\n\n");
});

test("an answer that breaks off makes the exit code 1", async (t) => {
  const cwd = folderWith(t, { "site.ts": STREAMS });
  const { code, stdout, stderr } = await lodestone(t, ["run", "site.ts", "/fails"], { cwd });
  assert.equal(code, 1);
  assert.match(stdout, /data: 1\n\n$/);
  assert.match(stderr, /Error: no more\n[\s\S]*\nThe answer breaks off: /);
});

test("whoever reads an endless answer may leave", async (t) => {
  const cwd = folderWith(t, { "site.ts": STREAMS });
  const child = startLodestone(t, ["run", "site.ts", "/endless"], { cwd });
  child.stdout.once("data", () => child.stdout.destroy());
  const { code, stderr } = await outcomeOf(child);
  assert.deepEqual([code, stderr], [0, ""]);
});

const wrong: [parameters: string[], message: RegExp][] = [
  [["site.ts"], /missing required argument 'url'/],
  [["site.ts", "old"], /^lodestone: "old" is neither a path such as \/old nor an http URL\n/],
  [["site.ts", "/", "-H", "x"], /^lodestone: -H "x": a header is written 'Name: value'\n/],
  [["site.ts", "/", "-X", "GE T"], /^lodestone: -X "GE T": a method is one word, such as GET or PURGE\n/],
  [["site.ts", "/", "-X", ""], /^lodestone: -X "": a method is one word/],
  [["site.ts", "/", "--bogus"], /unknown option '--bogus'/],
  [["site.ts", "/%zz"], /^lodestone: no server would take this request, it answers 400: /],
  [["site.ts", "/", "-d", "@nowhere"], /^lodestone: -d @nowhere: the file cannot be read: ENOENT\n/],
  [["site.ts", "/", "-b", "app=x"], /^lodestone: --backend app=x: a URL is needed, such as app=http/],
  [
    ["site.ts", "/", "-c", "lodestone.yaml", "-r", "."],
    /^lodestone: --root goes with a script alone; lodestone\.yaml says it itself\n/,
  ],
  [
    ["site.ts", "/", "-c", "lodestone.yaml"],
    /^lodestone: no site of lodestone\.yaml has the script site\.ts; /,
  ],
  [["lodestone.yaml", "/", "-c", "lodestone.yaml"], /only one can be the configuration\n/],
  [["site.txt", "/"], /neither a configuration .* nor a script/],
];

for (const [parameters, message] of wrong) {
  test(`wrong usage is told: run ${parameters.join(" ")}`, async (t) => {
    const cwd = folderWith(t, {
      "site.ts": SCRIPT,
      "other.ts": SCRIPT,
      "lodestone.yaml": "sites: [{ scripts: other.ts }]\n",
    });
    const { code, stdout, stderr } = await lodestone(t, ["run", ...parameters], { cwd });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
    assert.match(stderr, /\n\(see "lodestone run --help"\)\n$/);
  });
}

test("whoever reads standard output may leave early", async (t) => {
  const cwd = folderWith(t, { "site.ts": `export default () => new Response("x".repeat(1e6));` });
  const launcher = fileURLToPath(new URL("../../core/cli/lodestone.js", import.meta.url));
  const { promise, resolve } = Promise.withResolvers<string>();
  const command = `"${process.execPath}" "${launcher}" run site.ts / | head -c 5`;
  execFile("sh", ["-c", command], { cwd }, (_, stdout, stderr) => resolve(stdout + stderr));
  assert.equal(await promise, "HTTP/");
});
