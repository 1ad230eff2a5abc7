import assert from "node:assert/strict";
import type http from "node:http";
import { test } from "node:test";
import type { Backend } from "../../core/backend/backend.ts";
import { until } from "../support/until.ts";
import { makeCertificate } from "./support/certificate.ts";
import {
  type LocalServer,
  originBackends,
  PUBLIC_ADDRESS,
  startLocalServer,
} from "./support/origin_backends.ts";
import { backendRequest, send } from "./support/send.ts";

const hello: http.RequestListener = (_, response) => response.end("hello");
const helloAndGoodbye: http.RequestListener = (_, response) =>
  response.setHeader("Connection", "close").end("hello");
/** Answers nothing. */
const silence: http.RequestListener = () => {};

const refused = { code: "origin_address_refused", status: 502 };

/** A request that stays under way. */
function hold(backend: Backend) {
  return backend.send(backendRequest(), { response: () => {}, failed: () => {} });
}

test("an address that the configuration names is connected to, whatever it is", async () => {
  await using server = await startLocalServer("127.0.0.1", hello);
  const origins = originBackends();
  const answer = await send(origins.backendOf(`http://127.0.0.1:${server.port}`, true));
  assert.equal(answer.body, "hello");
  origins.close();
});

test("the same address is out of reach when something else allowed it", async () => {
  await using server = await startLocalServer("127.0.0.1", hello);
  const origins = originBackends();
  const origin = `http://127.0.0.1:${server.port}`;
  await send(origins.backendOf(origin, true));
  assert.throws(() => origins.backendOf(origin), {
    ...refused,
    message:
      'connecting to "127.0.0.1": its address is not public (loopback), and allow.origins does not name it as such',
  });
  for (const other of [
    "http://10.0.0.1",
    "https://[::1]",
    "http://[::ffff:a9fe:a9fe]",
    "http://169.254.169.254",
  ])
    assert.throws(() => origins.backendOf(other), refused, other);
  assert.equal(server.accepted, 1);
  origins.close();
});

test("localhost is this machine when it is named, and asked for nowhere", async () => {
  await using server = await startLocalServer("127.0.0.1", hello);
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return ["127.0.0.1"];
  };
  const origins = originBackends({}, { resolve });
  const origin = `http://localhost:${server.port}`;
  assert.equal((await send(origins.backendOf(origin, true))).body, "hello");
  assert.deepEqual(asked, []);
  await assert.rejects(send(origins.backendOf(origin)), refused);
  assert.equal(server.accepted, 1);
  origins.close();
});

for (const address of [
  "127.0.0.1",
  "10.1.2.3",
  "169.254.169.254",
  "fd00::1",
  "::ffff:127.0.0.1",
  "0.0.0.0",
]) {
  test(`a name that leads to ${address} is refused, even when it is named itself`, async () => {
    await using server = await startLocalServer("127.0.0.1", hello);
    const origins = originBackends({}, { resolve: async () => [address] });
    for (const isNamed of [false, true]) {
      const sent = send(origins.backendOf(`http://inside.test:${server.port}`, isNamed));
      await assert.rejects(sent, {
        ...refused,
        message: new RegExp(`"inside\\.test": its address ${address} is not`),
      });
    }
    assert.equal(server.accepted, 0);
    origins.close();
  });
}

test("one refused address among several is enough", async () => {
  await using server = await startLocalServer(PUBLIC_ADDRESS, hello);
  const origins = originBackends({}, { resolve: async () => [PUBLIC_ADDRESS, "10.0.0.1"] });
  await assert.rejects(send(origins.backendOf(`http://mixed.test:${server.port}`, true)), refused);
  assert.equal(server.accepted, 0);
  origins.close();
});

test("a name is judged anew at each connection: a second answer that is private gains nothing", async () => {
  await using outside = await startLocalServer(PUBLIC_ADDRESS, helloAndGoodbye);
  await using inside = await startLocalServer("127.0.0.1", hello, { port: outside.port });
  const answers = [PUBLIC_ADDRESS, "127.0.0.1"];
  const origins = originBackends({}, { resolve: async () => [answers.shift()!] });
  const backend = () => origins.backendOf(`http://rebinding.test:${outside.port}`, true);
  assert.equal((await send(backend())).body, "hello");
  await until("the first connection is closed", () => outside.open === 0);
  await assert.rejects(send(backend()), refused);
  assert.deepEqual([outside.accepted, inside.accepted], [1, 0]);
  origins.close();
});

test("the socket connects to the address that was judged: nobody is asked twice", async () => {
  await using server = await startLocalServer(PUBLIC_ADDRESS, hello);
  let asked = 0;
  const resolve = async () => [asked++ === 0 ? PUBLIC_ADDRESS : "127.0.0.1"];
  const origins = originBackends({}, { resolve });
  assert.equal((await send(origins.backendOf(`http://once.test:${server.port}`))).body, "hello");
  assert.equal(asked, 1);
  origins.close();
});

test("a name without an address is a failure that tells so", async () => {
  const failures = {
    "none.test": async () => [],
    "gone.test": () => Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" })),
  };
  for (const [host, resolve] of Object.entries(failures)) {
    const origins = originBackends({}, { resolve });
    const sent = send(origins.backendOf(`http://${host}`));
    await assert.rejects(sent, {
      code: "backend_dns",
      status: 502,
      message: new RegExp(`resolving "${host}" failed`),
    });
  }
});

test("a name server that keeps silent ends at the time to connect", async () => {
  const origins = originBackends({ connectTimeout: 50 }, { resolve: () => new Promise(() => {}) });
  await assert.rejects(send(origins.backendOf("http://silent.test")), {
    code: "backend_connect_timeout",
    status: 504,
  });
});

test("https asks for the name and verifies the certificate", async () => {
  const certificate = makeCertificate("origin.test");
  await using server = await startLocalServer(PUBLIC_ADDRESS, hello, { certificate });
  const resolve = async () => [PUBLIC_ADDRESS];
  const origins = originBackends({}, { resolve, ca: certificate.cert });
  assert.equal((await send(origins.backendOf(`https://origin.test:${server.port}`))).body, "hello");
  assert.deepEqual(server.serverNames, ["origin.test"]);

  const wrong = { code: "backend_tls", status: 502 };
  await assert.rejects(send(origins.backendOf(`https://other.test:${server.port}`)), wrong);
  const distrustful = originBackends({}, { resolve });
  await assert.rejects(send(distrustful.backendOf(`https://origin.test:${server.port}`)), wrong);
  assert.equal(server.requests.length, 1);
  for (const each of [origins, distrustful]) each.close();
});

test("an origin keeps its connections from call to call", async () => {
  await using server = await startLocalServer("127.0.0.1", hello);
  const origins = originBackends();
  for (let i = 0; i < 5; i++) await send(origins.backendOf(`http://127.0.0.1:${server.port}`, true));
  assert.deepEqual([server.accepted, origins.size], [1, 1]);
  origins.close();
});

test("the origin used longest ago makes room and its connections are closed", async () => {
  await using ending = new AsyncDisposableStack();
  const servers: LocalServer[] = [];
  for (let i = 0; i < 3; i++) servers.push(ending.use(await startLocalServer("127.0.0.1", hello)));
  const [one, two, three] = servers.map(({ port }) => `http://127.0.0.1:${port}`) as [string, string, string];
  const origins = originBackends({ perSite: 2 });
  const ask = (origin: string) => send(origins.backendOf(origin, true));
  for (const origin of [one, two, one, three]) await ask(origin);
  assert.equal(origins.size, 2);
  await until("the connection to the second is closed", () => servers[1]!.open === 0);
  assert.deepEqual(
    servers.map(({ open }) => open),
    [1, 0, 1],
  );
  await ask(one);
  assert.equal(servers[0]!.accepted, 1);
  origins.close();
  await until("all connections are closed", () => servers.every(({ open }) => open === 0));
});

test("an origin with calls under way never makes room; a fetch of another one is refused", async () => {
  await using busy = await startLocalServer("127.0.0.1", silence);
  await using idle = await startLocalServer("127.0.0.1", hello);
  const origins = originBackends({ perSite: 2 });
  const call = hold(origins.backendOf(`http://127.0.0.1:${busy.port}`, true));
  await send(origins.backendOf(`http://127.0.0.1:${idle.port}`, true));
  const other = hold(origins.backendOf("http://127.0.0.1:9", true));
  assert.equal(origins.size, 2);
  await until("the idle one has made room", () => idle.open === 0);
  await until("the busy one is still under way", () => busy.requests.length === 1);
  assert.equal(busy.open, 1);
  other.cancel();

  const full = originBackends({ perSite: 1 });
  const only = hold(full.backendOf(`http://127.0.0.1:${busy.port}`, true));
  assert.throws(() => full.backendOf("http://8.8.8.8"), {
    code: "origins_busy",
    status: 503,
    message: 'connecting to "http://8.8.8.8": 1 other origins are busy (origins.perSite)',
  });
  for (const each of [call, only]) each.cancel();
});

test("a thousand origins one after another stay within the bound", async () => {
  const origins = originBackends({ perSite: 5 });
  for (let i = 0; i < 1000; i++) {
    await assert.rejects(send(origins.backendOf(`http://name${i}.test`)), { code: "backend_dns" });
    assert.ok(origins.size <= 5);
  }
});
