import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { run } from "../support/child.ts";
import { startLodestone } from "../support/lodestone.ts";
import { startOrigin } from "../support/origin.ts";
import { requirePeer } from "../support/peer.ts";

const script = `
import { stat, site } from "lodestone";

export default async (request: Request) => {
  if (request.path === "/hello") return new Response("Hello, " + request.method + "\\n");
  if (request.path === "/old") return Response.redirect(new URL("/hello", request.url).href, 301);
  if (request.path === "/echo") return new Response(await request.text(), { status: 201 });
  if (request.path === "/teapot") return 418;
  const page = stat(site.root + request.path);
  if (page?.isFile) return Response.file(page.path);
};
`;

const digits = "0123456789".repeat(1000);

/** Runs curl quietly; a connection that fails or an answer that is cut off fails the test. */
async function curl(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await run("curl", [
    "--silent",
    "--show-error",
    "--max-time",
    "20",
    ...args,
  ]);
  assert.equal(code, 0, `curl ${args.join(" ")}\n${stderr}`);
  return { stdout, stderr };
}

/** Status and whole response head, as curl received it. */
async function head(...args: string[]): Promise<{ status: number; head: string; body: string }> {
  const { stdout } = await curl("--include", ...args);
  const end = stdout.lastIndexOf("\r\n\r\n");
  const head = stdout.slice(0, end);
  return { status: Number(head.split(" ")[1]), head, body: stdout.slice(end + 4) };
}

test("curl, through scripts, static files and a backend", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  await using origin = await startOrigin({
    "/upload": async (request, response) => {
      let bytes = 0;
      for await (const chunk of request) bytes += (chunk as Buffer).length;
      response.end(`${request.method} ${bytes} ${request.headers["content-type"]}\n`);
    },
    "/plain": (_, response) => response.end("from the backend\n"),
    "/download": (request, response) => {
      assert.equal(request.httpVersion, "1.1");
      response.write(digits);
      response.end(digits);
    },
  });
  await using lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    root: www
    backend: origin
backends:
  origin: ${origin.url}
`,
    scripts: { "site.ts": script },
    files: { "www/digits.txt": digits, "www/empty.txt": "", "upload.bin": Buffer.alloc(3_000_000, 7) },
  });
  const url = (path: string): string => lodestone.url(path);

  await t.test("GET is answered by the script", async () => {
    const answer = await head(url("/hello"));
    assert.equal(answer.status, 200);
    assert.equal(answer.body, "Hello, GET\n");
    assert.match(answer.head, /^content-length: 11$/im);
    assert.match(answer.head, /^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/im);
  });

  await t.test("HEAD has the length and no body, and leaves the connection usable", async () => {
    const { stdout } = await curl(
      "--head",
      url("/digits.txt"),
      url("/hello"),
      "--write-out",
      "%{num_connects}\n",
    );
    assert.match(stdout, /^content-length: 10000\r$/im);
    assert.match(stdout, /^content-length: \d+\r$/im);
    assert.deepEqual(stdout.match(/^\d$/gm), ["1", "0"]);
  });

  await t.test("POST reaches the script", async () => {
    const answer = await head("--data-binary", "some words", url("/echo"));
    assert.equal(answer.status, 201);
    assert.equal(answer.body, "some words");
  });

  await t.test("a number from the script is that status", async () => {
    assert.equal((await head(url("/teapot"))).status, 418);
  });

  await t.test("ranges of a static file", async () => {
    const middle = await head("--range", "10-19", url("/digits.txt"));
    assert.equal(middle.status, 206);
    assert.equal(middle.body, "0123456789");
    assert.match(middle.head, /^content-range: bytes 10-19\/10000$/im);
    const last = await head("--range", "-5", url("/digits.txt"));
    assert.equal(last.body, "56789");
    const beyond = await head("--range", "10000-", url("/digits.txt"));
    assert.equal(beyond.status, 416);
    assert.match(beyond.head, /^content-range: bytes \*\/10000$/im);
  });

  await t.test("a download that was cut off goes on where it stopped", async () => {
    const target = lodestone.folder.write("partial.txt", digits.slice(0, 1234));
    await curl("--continue-at", "-", "--output", target, url("/digits.txt"));
    assert.equal(readFileSync(target, "latin1"), digits);
  });

  await t.test("conditional requests", async () => {
    const etag = `${lodestone.folder.path}/etag`;
    const copy = `${lodestone.folder.path}/copy.txt`;
    const status = ["--write-out", "%{http_code}", "--output", copy];
    assert.equal((await curl("--etag-save", etag, ...status, url("/digits.txt"))).stdout, "200");
    assert.equal((await curl("--etag-compare", etag, ...status, url("/digits.txt"))).stdout, "304");
    assert.equal(
      (await curl("--remote-time", "--time-cond", copy, ...status, url("/digits.txt"))).stdout,
      "304",
    );
  });

  await t.test("an empty file", async () => {
    const answer = await head(url("/empty.txt"));
    assert.equal(answer.status, 200);
    assert.match(answer.head, /^content-length: 0$/im);
  });

  await t.test("a redirect is followed", async () => {
    const { stdout } = await curl(
      "--location",
      url("/old"),
      "--write-out",
      "%{num_redirects} %{url_effective}",
    );
    assert.equal(stdout, `Hello, GET\n1 ${url("/hello")}`);
  });

  await t.test("a streamed answer of the backend", async () => {
    assert.equal((await curl(url("/download"))).stdout, digits + digits);
  });

  await t.test("an upload goes to the backend, after 100 Continue", async () => {
    const file = `${lodestone.folder.path}/upload.bin`;
    const { stdout, stderr } = await curl(
      "--verbose",
      "--header",
      "Expect: 100-continue",
      "--upload-file",
      file,
      url("/upload"),
    );
    assert.equal(stdout, "PUT 3000000 undefined\n");
    assert.match(stderr, /^< HTTP\/1\.1 100 Continue/m);
  });

  await t.test("a chunked upload", async () => {
    const { stdout } = await curl(
      "--header",
      "Transfer-Encoding: chunked",
      "--header",
      "Content-Type: text/x-test",
      "--data-binary",
      `@${lodestone.folder.path}/upload.bin`,
      url("/upload"),
    );
    assert.equal(stdout, "POST 3000000 text/x-test\n");
  });

  await t.test("HTTP/1.0 gets whole answers and a closed connection", async () => {
    const streamed = await head("--http1.0", url("/download"));
    assert.equal(streamed.body, digits + digits);
    assert.doesNotMatch(streamed.head, /^transfer-encoding:/im);
    const answered = await head("--http1.0", url("/hello"));
    assert.equal(answered.body, "Hello, GET\n");
  });

  await t.test("two URLs share one connection, whoever answers", async () => {
    const { stdout } = await curl(
      url("/hello"),
      url("/plain"),
      url("/digits.txt"),
      url("/hello"),
      "--output",
      "/dev/null",
      "--output",
      "/dev/null",
      "--output",
      "/dev/null",
      "--output",
      "/dev/null",
      "--write-out",
      "%{http_code} %{num_connects}\n",
    );
    assert.equal(stdout, "200 1\n200 0\n200 0\n200 0\n");
  });

  await t.test("an unknown page is the backend's 404", async () => {
    assert.equal((await head(url("/nowhere"))).status, 404);
  });

  await t.test("the backend sees the client's Host, and its own kind of connection", async () => {
    await curl(
      "--header",
      "Host: shop.example",
      "--header",
      "Connection: X-Secret",
      "--header",
      "X-Secret: 1",
      url("/plain"),
    );
    const { headers } = origin.requests.at(-1)!;
    assert.equal(headers["x-secret"], undefined);
    assert.match(headers["x-forwarded-for"] as string, /127\.0\.0\.1/);
    assert.match((headers["x-forwarded-host"] as string) ?? headers.host, /shop\.example/);
  });
});

test("the access log tells by which protocol a request came", async () => {
  await using lodestone = await startLodestone({
    config: "workers: 1\nsites: [{ hosts: [127.0.0.1], scripts: site.ts }]\n",
    listen: '[{ address: "127.0.0.1:0", http2: true }]',
    scripts: { "site.ts": script },
  });
  const protocols = { "--http1.0": "HTTP/1.0", "--http1.1": "HTTP/1.1", "--http2-prior-knowledge": "HTTP/2" };
  for (const [option, protocol] of Object.entries(protocols)) {
    for (const host of ["127.0.0.1", "nobody.example"]) {
      const path = `/teapot?${option}`;
      await curl(option, "--header", `Host: ${host}`, lodestone.url(path));
      const line = await lodestone.waitForLog((each) => each.protocol === protocol && each.host === host);
      assert.equal(line.status, host === "127.0.0.1" ? 418 : 421);
    }
  }
});
