import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";

let lodestone: Lodestone;

before(async () => {
  lodestone = await startLodestone({
    listen:
      '[{ address: "127.0.0.1:0", redirect: https }, { address: "127.0.0.1:0", redirect: "https:8443" }, "127.0.0.1:0"]',
    config: `
workers: 1
proxies: { trusted: [127.0.0.9] }
sites: [{ hosts: [a.test], scripts: [site.ts] }]`,
    scripts: { "site.ts": `export default (request: Request) => new Response("script " + request.url);` },
  });
});
after(() => lodestone.stop());

/** Sends bytes to one of the three addresses; returns status, Location and body. */
async function ask(
  text: string,
  place = 0,
  localAddress = "127.0.0.1",
): Promise<[number, string | undefined, string]> {
  const { port } = new URL(lodestone.addresses[place]!);
  const socket = connect({ port: Number(port), host: "127.0.0.1", localAddress });
  socket.end(text, "latin1");
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  return [Number(head.slice(9, 12)), /^Location: (.*)\r?$/im.exec(head)?.[1]?.trim(), body];
}

const line = (request: string, host = "a.test"): string =>
  `${request} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

for (const [what, sent, status, location] of [
  ["the root", line("GET /"), 301, "https://a.test/"],
  ["HEAD", line("HEAD /a"), 301, "https://a.test/a"],
  ["POST keeps its method", line("POST /a?b=c"), 308, "https://a.test/a?b=c"],
  ["PUT keeps its method", line("PUT /a"), 308, "https://a.test/a"],
  ["OPTIONS", line("OPTIONS /a"), 308, "https://a.test/a"],
  ["OPTIONS for the server as a whole", line("OPTIONS *"), 308, "https://a.test"],
  ["a query as it came, an empty one too", line("GET /a?x=%2f&y=|"), 301, "https://a.test/a?x=%2f&y=|"],
  ["an empty query", line("GET /a?"), 301, "https://a.test/a?"],
  ["the canonical path", line("GET /a/./b/../%41"), 301, "https://a.test/a/A"],
  ["the port of the request is left out", line("GET /", "a.test:8080"), 301, "https://a.test/"],
  ["the host in lower case", line("GET /", "A.TEST"), 301, "https://a.test/"],
  ["a host without a site", line("GET /", "other.test"), 301, "https://other.test/"],
  ["IPv6", line("GET /", "[2001:db8::1]:80"), 301, "https://[2001:db8::1]/"],
  ["an absolute URL", line("GET http://a.test/x"), 301, "https://a.test/x"],
  ["HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 400, undefined],
  ["HTTP/1.1 without Host", "GET / HTTP/1.1\r\n\r\n", 400, undefined],
  ["a Host that is none", line("GET /", "a b"), 400, undefined],
  ["a Host with a user", line("GET /", "a@b"), 400, undefined],
  [
    "another folder of well-known",
    line("GET /.well-known/security.txt"),
    301,
    "https://a.test/.well-known/security.txt",
  ],
  [
    "the folder of challenges itself",
    line("GET /.well-known/acme-challenge"),
    301,
    "https://a.test/.well-known/acme-challenge",
  ],
  ["a way out of that folder", line("GET /.well-known/acme-challenge/../../x"), 301, "https://a.test/x"],
] as const) {
  test(`a listener that redirects answers by itself: ${what}`, async () => {
    const [answered, to, body] = await ask(sent);
    assert.deepEqual([answered, to], [status, location]);
    assert.doesNotMatch(body, /script/);
  });
}

test("a path with two slashes at its begin leads to no other host", async () => {
  const [, location] = await ask(line("GET //evil.example/x"));
  assert.equal(new URL(location!).host, "a.test");
});

test("another port than that of https is named", async () => {
  assert.deepEqual((await ask(line("GET /x?y"), 1)).slice(0, 2), [301, "https://a.test:8443/x?y"]);
});

test("challenges for certificates come to the site", async () => {
  const [status, , body] = await ask(line("GET /.well-known/acme-challenge/token"));
  assert.deepEqual([status, body], [200, "script http://a.test/.well-known/acme-challenge/token"]);
});

test("other listeners of the same configuration go on as before", async () => {
  assert.equal((await ask(line("GET /"), 2))[2], "script http://a.test/");
});

test("what has come by https to a trusted proxy is not sent round in circles", async () => {
  const get = line("GET /").replace("\r\nConnection", "\r\nX-Forwarded-Proto: https\r\nConnection");
  assert.deepEqual(await ask(get, 0, "127.0.0.9"), [200, undefined, "script https://a.test/"]);
  assert.equal((await ask(get, 0, "127.0.0.1"))[0], 301, "nobody else can say so");
});

test("the log has a line for each, and a body that nobody wants does no harm", async () => {
  const { port } = new URL(lodestone.address);
  const socket = connect(Number(port), "127.0.0.1");
  socket.end(`POST /large HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\n${"x".repeat(100_000)}`);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 308 /);
  const logged = await lodestone.waitForLog(({ path }) => path === "/large");
  assert.deepEqual([logged.status, logged.site, logged.by, logged.error], [308, "", "proxy", undefined]);
  const refused = await lodestone.waitForLog(({ code }) => code === "no_host");
  assert.equal(refused.status, 400);
});
