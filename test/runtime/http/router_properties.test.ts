import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, requestEvent } from "../support/guest.ts";

type Incoming = InstanceType<Guest["Request"]>;
/** As a router written in JavaScript sees it. */
type Loose = Record<string, unknown> & Pick<Incoming, "headers">;

/** A Proxy such as itty-router makes of requests: the request's own first, then the parameters. */
function proxyOf(request: Loose): Loose {
  return new Proxy(request, {
    get(target, name: string) {
      const value = target[name] as { bind?: (target: object) => unknown } | undefined;
      if (value === undefined) return (target.params as Record<string, unknown>)[name];
      return value?.bind?.(target) ?? value;
    },
  }) as Loose;
}

/** What the handler returns, and the JSON of the command with which the request escalates. */
function handled(handle: (request: Loose) => unknown): { value: unknown; changes: unknown } {
  const guest = new Guest();
  let value: unknown;
  guest.handle((request) => {
    value = handle(request as unknown as Loose);
  });
  const [command] = guest.enter(requestEvent(1, "/a", { fields: "Cookie: a=1\r\n" }));
  assert.match(command!.letter, /[ec]/);
  return { value, changes: command!.letter === "e" ? undefined : JSON.parse(command!.texts[0]!) };
}

test("a parameter of the path comes before what the request has of the same name", () => {
  const names = ["backend", "client", "cookies", "env", "file", "id", "originalUrl", "path"];
  const params = Object.fromEntries(names.map((name) => [name, `the ${name}`]));
  for (const view of [(request: Loose) => request, proxyOf]) {
    const { value, changes } = handled((request) => {
      const seen = view(request);
      seen.params = params;
      return names.map((name) => seen[name]);
    });
    assert.deepEqual(value, Object.values(params));
    assert.equal(changes, undefined);
  }
});

test("the next parameters take the place of those before", () => {
  const { value } = handled((request) => {
    request.params = { id: "7", path: "x" };
    request.params = { path: "y", file: undefined };
    return [typeof request.id, request.id === "7", request.path, request.file, request.params];
  });
  assert.deepEqual(value, ["string", false, "y", "/www/a", { path: "y", file: undefined }]);
});

test("a property that is assigned is the request's own again", () => {
  const { value, changes } = handled((request) => {
    request.params = { path: "x", backend: "y" };
    request.path = "/b";
    request.backend = "app";
    return [request.path, request.backend, request.url];
  });
  assert.deepEqual(value, ["/b", "app", "https://a.test/b"]);
  assert.deepEqual(changes, { path: "/b", backend: "app" });
});

test("parameters have no say in where the request goes", () => {
  const { value, changes } = handled((request) => {
    request.params = { path: "/evil", file: "/etc/passwd", env: "x" };
    request.headers.set("x-a", "1");
    return request.url;
  });
  assert.equal(value, "https://a.test/a");
  assert.deepEqual(Object.keys(changes as object), ["headers"]);
});

test("cookies and query can be given another meaning, also through a Proxy", () => {
  for (const view of [(request: Loose) => request, proxyOf]) {
    const { value, changes } = handled((request) => {
      const seen = view(request);
      seen.cookies = { a: "one" };
      seen.query = { q: "two" };
      return [seen.cookies, seen.query];
    });
    assert.deepEqual(value, [{ a: "one" }, { q: "two" }]);
    assert.equal(changes, undefined);
  }
});

test("a query that is text is the request's again, whatever was there before", () => {
  const { value, changes } = handled((request) => {
    request.query = { q: "two" };
    request.query = "q=3";
    return request.query;
  });
  assert.equal(value, "q=3");
  assert.deepEqual(changes, { query: "q=3" });
});
