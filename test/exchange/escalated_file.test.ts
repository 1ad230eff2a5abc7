import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { after, before, test } from "node:test";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { RawConnection } from "../support/raw_connection.ts";

let lodestone: Lodestone;
before(async () => {
  lodestone = await startLodestone({
    config: `
workers: 1
sites:
  - hosts: [files.test]
    root: www
  - hosts: [listed.test]
    root: www
    files: { index: [], listing: true }
  - hosts: [scripts.test]
    scripts: [site.ts]
    root: www
    files: { listing: true }
`,
    scripts: {
      "site.ts": `
        import { site } from "lodestone";
        export default (request: Request) => {
          if (request.path === "/moved") request.path = "//evil.example/folder";
          if (request.path === "/dots") request.path = "/a/..//evil.example/folder";
          if (request.path === "/named" || request.path === "*") request.file = site.root + "/folder";
          if (request.path === "/listed") request.file = site.root + "/bare/";
        };`,
    },
    files: {
      "www/evil.example/folder/index.html": "evil",
      "www/folder/index.html": "index",
      "www/bare/a.txt": "a",
      "www/.well-known/index.html": "known",
      "www/.well-known/security.txt": "security",
      "www/.well-known/.git/config": "secret",
      "www/.well-knownX/index.html": "secret",
      "www/.well-known.bak": "secret",
      "www/.well-kno/index.html": "secret",
      "www/folder/.well-known/a.txt": "nested",
      "www/folder/.env": "secret",
      "www/...": "secret",
    },
  });
});
after(() => lodestone.stop());

/** Status, Location and body of the answer to a target sent as it is. */
async function ask(
  target: string,
  options: { host?: string; method?: string } = {},
): Promise<[number, string | undefined, string]> {
  const { host = "files.test", method = "GET" } = options;
  using client = await RawConnection.open(lodestone.address);
  client.write(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const received = await client.receiveAll();
  const [head = "", body = ""] = received.split("\r\n\r\n");
  return [Number(received.slice(9, 12)), /^location: (.*)$/im.exec(head)?.[1]?.trim(), body];
}

for (const target of [
  "//evil.example/folder",
  "///evil.example/folder",
  "//evil.example//folder",
  "/.//evil.example/folder",
  "/a/..//evil.example/folder",
  "/%2e//evil.example/folder",
  "http://files.test//evil.example/folder",
]) {
  test(`a redirect to a folder leads to no other host: ${target}`, async () => {
    for (const query of ["", "?to=//evil.example"]) {
      const [status, location] = await ask(target + query);
      assert.deepEqual([status, location], [301, `/evil.example/folder/${query}`]);
    }
  });
}

test("a redirect to a folder leads to no other host: HTTP/2", async () => {
  const session = http2.connect(lodestone.address);
  const stream = session.request({ ":path": "//evil.example/folder", ":authority": "files.test" });
  const [{ ":status": status, location }] = (await once(stream, "response")) as [
    http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader,
  ];
  session.destroy();
  assert.deepEqual([status, location], [301, "/evil.example/folder/"]);
});

for (const target of ["/moved", "/dots"]) {
  test(`a redirect to a folder leads to no other host: a script's path, ${target}`, async () => {
    const [status, location] = await ask(target, { host: "scripts.test" });
    assert.deepEqual([status, location], [301, "/evil.example/folder/"]);
  });
}

test("what cannot be a path to a host is refused", async () => {
  for (const target of ["/\\evil.example/folder", "/%5cevil.example/folder", "/%2Fevil.example/folder"]) {
    const [status, location] = await ask(target);
    assert.equal(location, undefined, target);
    assert.ok(status === 400 || status === 404, `${target}: ${status}`);
  }
});

test("a folder that a script names is redirected to by the path that was asked for", async () => {
  const [status, location] = await ask("/named", { host: "scripts.test" });
  assert.deepEqual([status, location], [301, "/named/"]);
});

test("a listing's links need the slash, and a redirect needs a path: nothing else is answered for a named folder", async () => {
  assert.equal((await ask("/listed", { host: "scripts.test" }))[0], 404);
  const [status, location] = await ask("*", { host: "scripts.test", method: "OPTIONS" });
  assert.deepEqual([status, location], [404, undefined]);
});

const rows: [target: string, status: number, body?: string][] = [
  ["/.well-known/", 200, "known"],
  ["/.well-known/security.txt", 200, "security"],
  ["/folder/.well-known/a.txt", 200, "nested"],
  ["/.well-known", 301],
  ["/.well-knownX/", 404],
  ["/.well-knownX/index.html", 404],
  ["/.well-knownX", 404],
  ["/.well-known.bak", 404],
  ["/.well-kno/", 404],
  ["/.well-known/.git/config", 404],
  ["/.well-known/%2egit/config", 404],
  ["/folder/.env", 404],
  ["/...", 404],
];
for (const [target, status, body] of rows) {
  test(`names that begin with a dot are hidden, but for .well-known alone: ${target} is ${status}`, async () => {
    const answer = await ask(target);
    assert.equal(answer[0], status);
    if (body !== undefined) assert.equal(answer[2], body);
  });
}

test("nobody is told of a folder that has nothing to show, nor sees its listing without the slash", async () => {
  assert.equal((await ask("/bare"))[0], 404);
  assert.equal((await ask("/bare/"))[0], 404);
  assert.deepEqual((await ask("/bare", { host: "listed.test" })).slice(0, 2), [301, "/bare/"]);
  assert.match((await ask("/bare/", { host: "listed.test" }))[2], /a\.txt/);
});
