import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outcome } from "../support/compare.ts";
import { Guest, requestEvent } from "../support/guest.ts";

type RequestClass = typeof globalThis.Request;

const URL_OF = "https://example.com/a?b=c";

/** What can be seen of a request, as far as the standard has it. */
async function seen(request: Request): Promise<unknown> {
  const { method, url, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity } = request;
  const { keepalive, destination, duplex, bodyUsed } = request as Request & { duplex: string };
  return {
    ...{ method, url, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity },
    ...{ keepalive, destination, duplex, bodyUsed },
    headers: [...request.headers],
    isNull: request.body === null,
    aborted: request.signal.aborted,
    text: await request.text(),
    after: request.bodyUsed,
  };
}

const init = (options: object) => (R: RequestClass) => new R(URL_OF, options);
const CASES: Record<string, (R: RequestClass) => unknown> = {
  "a URL": (R) => new R(URL_OF),
  "a URL object": (R) => new R(new URL(URL_OF)),
  "a URL to be normalised": (R) => new R("HTTPS://EXAMPLE.com:443/a/../b?#"),
  "a fragment": (R) => new R("https://example.com/a?b#c"),
  "a bare question mark": (R) => new R("https://example.com/?"),
  "a relative URL": (R) => new R("/a"),
  "no argument": (R) => new (R as unknown as new () => Request)(),
  "no URL": (R) => new R("https://"),
  credentials: (R) => new R("https://me:pass@example.com/"),
  "a user name": (R) => new R("https://me@example.com/"),
  ...Object.fromEntries(
    ["get", "Post", "patch", "PATCH", "delete", "custom", "options", "put", "head"].map((method) => [
      `method ${method}`,
      init({ method }),
    ]),
  ),
  ...Object.fromEntries(
    ["CONNECT", "trace", "TRACK", "", "a b", "a\n", "\u20ac"].map((method) => [
      `method ${JSON.stringify(method)}`,
      init({ method }),
    ]),
  ),
  "GET with a body": init({ body: "x" }),
  "HEAD with a body": init({ method: "HEAD", body: "x" }),
  "GET with null": init({ body: null }),
  "POST with text": init({ method: "POST", body: "x" }),
  "POST with bytes": init({ method: "POST", body: new Uint8Array([97, 98]) }),
  "POST with a type": init({ method: "POST", body: "x", headers: { "content-type": "a/b" } }),
  "POST without a body": init({ method: "POST" }),
  "null as init": (R) => new R(URL_OF, null as never),
  "a number as init": (R) => new R(URL_OF, 5 as never),
  headers: init({ headers: { A: "b", c: "d" } }),
  "headers as pairs": init({ headers: [["a", "b"]] }),
  "headers that are none": init({ headers: [["a"]] }),
  "mode no-cors": init({ mode: "no-cors" }),
  "mode navigate": init({ mode: "navigate" }),
  "mode of nobody": init({ mode: "other" }),
  "credentials include": init({ credentials: "include" }),
  "credentials of nobody": init({ credentials: "x" }),
  "cache no-store": init({ cache: "no-store" }),
  "cache only-if-cached": init({ cache: "only-if-cached" }),
  "cache only-if-cached, same-origin": init({ cache: "only-if-cached", mode: "same-origin" }),
  "redirect manual": init({ redirect: "manual" }),
  "redirect of nobody": init({ redirect: "no" }),
  "referrer policy": init({ referrerPolicy: "origin" }),
  "referrer policy of nobody": init({ referrerPolicy: "x" }),
  integrity: init({ integrity: "sha256-x" }),
  keepalive: init({ keepalive: 1 }),
  "duplex full": init({ method: "POST", body: "x", duplex: "full" }),
  "duplex half": init({ method: "POST", body: "x", duplex: "half" }),
  "signal null": init({ signal: null }),
  "a signal that is none": init({ signal: {} }),
  "a request": (R) => new R(new R(URL_OF, { method: "PUT", body: "x", headers: { a: "b" } })),
  "a request with changes": (R) =>
    new R(new R(URL_OF, { method: "PUT", body: "x", headers: { a: "b" } }), { method: "POST", headers: {} }),
  "a request with another body": (R) =>
    new R(new R(URL_OF, { method: "PUT", body: "x", headers: { a: "b" } }), { body: "y" }),
  "a request with a body made GET": (R) =>
    new R(new R(URL_OF, { method: "PUT", body: "x" }), { method: "GET" }),
  "a request that was read": async (R) => {
    const first = new R(URL_OF, { method: "PUT", body: "x" });
    await first.text();
    return new R(first);
  },
  "a request that was read, with another body": async (R) => {
    const first = new R(URL_OF, { method: "PUT", body: "x" });
    await first.text();
    return new R(first, { body: "y" });
  },
  "a request whose body went over": (R) => {
    const first = new R(URL_OF, { method: "PUT", body: "x" });
    new R(first);
    return first;
  },
  "a clone": (R) =>
    new R(URL_OF, { method: "PUT", body: "x", headers: { a: "b" }, redirect: "error" }).clone(),
  "the request of a clone": (R) => {
    const first = new R(URL_OF, { method: "PUT", body: "x" });
    first.clone();
    return first;
  },
  "a clone after reading": async (R) => {
    const first = new R(URL_OF, { method: "PUT", body: "x" });
    await first.text();
    return first.clone();
  },
};

describe("a request that a script makes is what Node's is:", () => {
  for (const [name, make] of Object.entries(CASES)) {
    test(name, async () => {
      const { Request: Own } = new Guest();
      const ours = await outcome(async () => seen(await (make(Own as never) as Request)));
      const nodes = await outcome(async () => seen(await (make(Request) as Request)));
      assert.deepEqual(ours, nodes);
    });
  }
});

/** The request of an event, and what the guest's handler does with it. */
function incoming(event: string, use: (request: InstanceType<Guest["Request"]>, guest: Guest) => unknown) {
  const guest = new Guest();
  let result: unknown;
  guest.handle((request) => {
    result = use(request, guest);
    return new guest.Response("done");
  });
  const commands = guest.enter(event);
  assert.equal(commands[0]!.letter, "r", commands[0]!.texts.join());
  return result;
}

test("the methods and properties of a request are enumerable, and it names itself", () => {
  const { Request: Own } = new Guest();
  const names = new Set<string>();
  for (const name in new Own(URL_OF)) names.add(name);
  const browsersOnly = ["isReloadNavigation", "isHistoryNavigation", "attribute"];
  for (const name in new Request(URL_OF)) assert.ok(names.has(name) || browsersOnly.includes(name), name);
  assert.equal(String(new Own(URL_OF)), "[object Request]");
  assert.equal(Own.name, "Request");
});

test("nothing of the runtime is reachable on the class", () => {
  const { Request: Own } = new Guest();
  assert.deepEqual(Object.getOwnPropertyNames(Own).sort(), ["length", "name", "prototype"]);
});

test("a request asked for nothing loads no chunk, also when it is made anew", () => {
  const guest = new Guest();
  guest.handle((request) => (request.path === "/a" ? new guest.Request("/b", request) : undefined));
  const [escalate] = guest.enter(requestEvent(1, "/a", { method: "POST", hasBody: true }));
  assert.deepEqual([escalate!.letter, JSON.parse(escalate!.texts[0]!)], ["c", { path: "/b" }]);
  assert.deepEqual(guest.loaded, []);
});

test("a client's redirects are the client's to follow, one that a script makes follows them", () => {
  const redirects = incoming(requestEvent(1), (request, { Request: Own }) => [
    request.redirect,
    new Own("https://b.test/", request as never).redirect,
    new Own("https://b.test/").redirect,
  ]);
  assert.deepEqual(redirects, ["manual", "manual", "follow"]);
});

test("params are empty at first and can be assigned", () => {
  const params = incoming(requestEvent(1), (request) => {
    const before = request.params;
    request.params = { id: "7" };
    return [before, request.params];
  });
  assert.deepEqual(params, [{}, { id: "7" }]);
});

test("cookies of the client are there by name", () => {
  const value = incoming(requestEvent(1, "/", { fields: "Cookie: a=1; b=%20\r\n" }), (request) => [
    request.cookies.get("a"),
    request.cookies.get("b"),
    request.cookies.get("c"),
  ]);
  assert.deepEqual(value, ["1", " ", undefined]);
});

test("a request to the same host belongs to the exchange, one to another host does not", () => {
  const guest = new Guest();
  guest.handle((request) => {
    const path = request.path === "/same" ? "https://a.test/again" : "https://b.test/again";
    return request.path === "/again" ? new guest.Response("same") : new guest.Request(path, request);
  });
  assert.equal(guest.enter(requestEvent(1, "/same"))[0]!.letter, "r");
  const [failed] = guest.enter(requestEvent(2, "/other"));
  assert.match(failed!.texts[0]!, /returned a Request of its own/);
});

test("a request to another host keeps method and headers, but not the host", () => {
  const fields = "Host: a.test\r\nX-A: 1\r\n";
  const made = incoming(requestEvent(1, "/x", { method: "PUT", fields }), (request, { Request: Own }) => {
    const other = new Own("https://b.test/y?z", request as never);
    return [other.method, other.url, [...other.headers], other.path, other.query];
  });
  assert.deepEqual(made, ["PUT", "https://b.test/y?z", [["x-a", "1"]], "/y", "z"]);
});

const signalOf = (request: { readonly signal: unknown }) => request.signal as AbortSignal;

test("the signal is made when it is asked for, and aborts when the client leaves", async () => {
  const guest = new Guest();
  const signals: AbortSignal[] = [];
  guest.handle((request) => {
    if (request.path === "/asks") signals.push(signalOf(request), signalOf(new guest.Request("/b", request)));
    return new Promise(() => {});
  });
  guest.enter(requestEvent(1, "/asks"), requestEvent(2, "/plain"));
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [false, false],
  );
  guest.enter("A2", "A1");
  assert.deepEqual(
    signals.map(({ aborted, reason }) => [aborted, (reason as Error).name]),
    [
      [true, "AbortError"],
      [true, "AbortError"],
    ],
  );
});

test("a signal asked for after the client has left is aborted", async () => {
  const guest = new Guest();
  const { promise, resolve } = Promise.withResolvers<void>();
  let aborted: boolean | undefined;
  guest.handle(async (request) => {
    await promise;
    aborted = request.signal.aborted;
  });
  guest.enter(requestEvent(1));
  guest.enter("A1");
  resolve();
  await guest.run();
  assert.equal(aborted, true);
});

test("the signal of an exchange that was answered does not abort", () => {
  const guest = new Guest();
  let signal: AbortSignal | undefined;
  guest.handle((request) => {
    signal = signalOf(request);
    return new guest.Response("a");
  });
  guest.enter(requestEvent(1));
  guest.enter("A1");
  assert.equal(signal!.aborted, false);
});

test("a signal given follows, and clones follow it too", () => {
  const guest = new Guest();
  const { AbortController: Controller } = guest.events() as unknown as {
    AbortController: typeof AbortController;
  };
  const controller = new Controller();
  const request = new guest.Request(URL_OF, { signal: controller.signal });
  const copies = [request.clone(), new guest.Request(request), new guest.Request(request, { signal: null })];
  assert.notEqual(request.signal, controller.signal);
  controller.abort("why");
  assert.equal(request.signal.reason, "why");
  assert.deepEqual(
    copies.map(({ signal }) => signal.aborted),
    [true, true, false],
  );
});
