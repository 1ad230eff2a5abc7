import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { connect } from "node:http2";
import test, { type TestContext } from "node:test";
import { send } from "../../front/http2/http2_client.ts";
import { TestCertificate } from "../../support/certificates.ts";
import { run } from "../../support/child.ts";
import { launchChromium } from "../../support/chromium.ts";
import { startLodestone } from "../../support/lodestone.ts";
import { startOrigin } from "../../support/origin.ts";
import { requirePeer } from "../../support/peer.ts";
import { startHttps } from "../tls/https_proxy.ts";
import { h2load } from "./h2load.ts";

const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

test("curl speaks HTTP/2 by prior knowledge: scripts, files and a backend", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  await using origin = await startOrigin({
    "/upload": async (request, response) => {
      const hash = createHash("sha256");
      for await (const chunk of request) hash.update(chunk as Buffer);
      response.end(`${request.httpVersion} ${request.headers.host} ${hash.digest("hex")}`);
    },
  });
  const body = randomBytes(10_000_000);
  await using lodestone = await startLodestone({
    config: `
sites: [{ hosts: ["*"], scripts: [site.ts], root: www, backend: "${origin.url}" }]`,
    scripts: {
      "site.ts": `export default (request) => {
        if (request.path === "/hello") return new Response(\`hello \${request.url} \${request.headers.get("cookie")}\`);
      };`,
    },
    files: { "www/large.bin": body, "upload.bin": body },
  });
  const { port } = new URL(lodestone.address);
  const curl = async (path: string, ...args: string[]): Promise<string> => {
    const url = `http://example.org:${port}${path}`;
    const resolve = ["--resolve", `example.org:${port}:127.0.0.1`];
    const { code, stdout, stderr } = await run("curl", [
      "-sS",
      "--http2-prior-knowledge",
      ...resolve,
      ...args,
      url,
    ]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  assert.equal(
    await curl("/hello", "-H", "Cookie: a=1; b=2"),
    `hello http://example.org:${port}/hello a=1; b=2`,
  );
  const saved = `${lodestone.folder.path}/saved.bin`;
  assert.equal(await curl("/large.bin", "-o", saved, "-w", "%{http_version} %{size_download}"), "2 10000000");
  const { stdout } = await run("sha256sum", [saved]);
  assert.equal(stdout.split(" ")[0], sha(body));
  const upload = await curl("/upload", "--data-binary", `@${lodestone.folder.path}/upload.bin`);
  assert.equal(upload, `1.1 example.org:${port} ${sha(body)}`);
  assert.match(await curl("/none", "-I"), /^HTTP\/2 404 /);
});

for (const scheme of ["http", "https"]) {
  test(`h2load: 10,000 requests over 10 sessions of 10 streams are all answered (${scheme})`, async (t: TestContext) => {
    if (!requirePeer(t, "h2load")) return;
    const script = 'export default () => new Response("hello");';
    const config = 'log: { access: false }\nsites: [{ hosts: ["*"], scripts: [site.ts] }]';
    await using lodestone =
      scheme === "http"
        ? await startLodestone({ config, scripts: { "site.ts": script } })
        : await startHttps({ certificates: { certificate: await TestCertificate.create() }, script });
    assert.ok(lodestone.address.startsWith(`${scheme}:`));
    const { succeeded, statuses, requestsPerSecond } = await h2load(
      lodestone.url("/"),
      "-n10000",
      "-c10",
      "-m10",
    );
    t.diagnostic(`${Math.round(requestsPerSecond)} requests a second`);
    assert.deepEqual([succeeded, statuses], [10_000, [10_000, 0, 0, 0]]);
  });
}

test("100 streams of one session get their own answers from one isolate, whatever becomes of the others", async () => {
  await using lodestone = await startLodestone({
    config: 'workers: 1\nsites: [{ hosts: ["*"], scripts: [site.ts] }]',
    scripts: {
      "site.ts": `export default async (request) => {
        const number = Number(request.query);
        if (number % 10 === 3) throw new Error("on purpose");
        if (number % 10 === 7) await new Promise((resolve) => setTimeout(resolve, 50));
        return new Response(\`\${number}: \${await request.text()}\`);
      };`,
    },
  });
  const session = connect(lodestone.address);
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map((number) => send(session, { ":method": "POST", ":path": `/?${number}` }, `body ${number}`)),
  );
  session.close();
  for (const number of numbers) {
    const { status, body } = answers[number]!;
    if (number % 10 === 3) assert.equal(status, 500);
    else assert.deepEqual([status, body.toString()], [200, `${number}: body ${number}`]);
  }
});

test("a request that is refused, and one whose client leaves, are in the log", async () => {
  await using lodestone = await startLodestone({
    config: 'sites: [{ hosts: ["*"], scripts: [site.ts] }]',
    scripts: { "site.ts": "export default () => new Promise(() => {});" },
  });
  const session = connect(lodestone.address);
  session.on("error", () => {});
  assert.equal((await send(session, { ":path": "/%00" })).status, 400);
  const stream = session.request({ ":path": "/waits" });
  stream.on("error", () => {});
  setTimeout(() => stream.close(8), 100);
  const left = await lodestone.waitForLog((line) => line.path === "/waits");
  assert.deepEqual([left.status, left.code], [499, "client_closed"]);
  const refused = await lodestone.waitForLog((line) => line.status === 400);
  assert.deepEqual([refused.method, refused.code], ["GET", "malformed_request"]);
  session.destroy();
});

test("Chromium uses HTTP/2 over TLS for a page, what belongs to it and what it sends", async (t: TestContext) => {
  if (!requirePeer(t, "chromium")) return;
  const authority = await TestCertificate.create();
  const own = await authority.issue({ names: ["127.0.0.1", "localhost"] });
  const assets = Array.from({ length: 20 }, (_, index) => `/part${index}.js`);
  await using proxy = await startHttps({
    certificates: { own },
    script: `
const assets = ${JSON.stringify(assets)};
export default async (request) => {
  if (request.method === "POST") return new Response(String((await request.arrayBuffer()).byteLength));
  if (request.path === "/") return new Response(
    "<!doctype html><title>page</title><body>" + assets.map((path) => \`<script src="\${path}"></script>\`).join(""),
    { headers: { "content-type": "text/html" } });
  if (assets.includes(request.path)) return new Response("globalThis.parts = (globalThis.parts ?? 0) + 1;",
    { headers: { "content-type": "text/javascript" } });
  return 404;
};`,
  });
  await using browser = await launchChromium();
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const failed: string[] = [];
  page.on("requestfailed", (request) => failed.push(`${request.url()} ${request.failure()?.errorText}`));
  await page.goto(proxy.url("/"));
  const seen = await page.evaluate(async () => {
    const scope = globalThis as unknown as { parts: number };
    const posted = await fetch("/post", { method: "POST", body: new Uint8Array(500_000) });
    const entries = performance.getEntries() as unknown as { nextHopProtocol?: string }[];
    const protocols = entries
      .map(({ nextHopProtocol }) => nextHopProtocol)
      .filter((name) => name !== undefined);
    return {
      parts: scope.parts,
      posted: await posted.text(),
      protocols: [...new Set(protocols)],
      count: protocols.length,
    };
  });
  assert.deepEqual(seen, { parts: 20, posted: "500000", protocols: ["h2"], count: 22 });
  assert.deepEqual(failed, []);
});

test("curl over TLS gets HTTP/2 by ALPN, or HTTP/1.1 when it asks for that", async (t: TestContext) => {
  if (!requirePeer(t, "curl")) return;
  const own = await TestCertificate.create({ names: ["127.0.0.1"], isAuthority: false });
  await using proxy = await startHttps({ certificates: { own } });
  const version = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await run("curl", [
      "-sSk",
      "-o",
      "/dev/null",
      "-w",
      "%{http_version}",
      ...args,
      proxy.url("/"),
    ]);
    return stdout + stderr;
  };
  assert.deepEqual([await version(), await version("--http1.1")], ["2", "1.1"]);
});
