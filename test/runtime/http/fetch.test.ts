import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, Guest, letters, requestEvent } from "../support/guest.ts";

type Handled = InstanceType<Guest["Request"]>;

/** A guest with a request in its hands, and the commands that its fetches write. */
function begin(event = requestEvent(1)): { guest: Guest; request: Handled } {
  const guest = new Guest();
  let request: Handled | undefined;
  guest.handle((incoming) => {
    request = incoming;
    return new Promise(() => {});
  });
  guest.enter(event);
  return { guest, request: request! };
}

const json = (command: Command) => JSON.parse(command.texts[0]!) as Record<string, unknown>;
const bytes = (text: string) => new TextEncoder().encode(text);
const POST = { method: "POST", hasBody: true };

/** The reason of a promise that must be rejected. */
async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  let reason: unknown;
  await promise.then(
    () => assert.fail("it was not rejected"),
    (thrown) => {
      reason = thrown;
    },
  );
  return reason;
}

/** A controller of the guest's own. */
function controllerOf(guest: Guest): AbortController {
  return new (guest.events().AbortController as unknown as typeof AbortController)();
}

test("the incoming request escalates; its response knows where it came from", async () => {
  const { guest, request } = begin(requestEvent(1, "/a", { query: "?b" }));
  const response = guest.fetch(request);
  assert.deepEqual(guest.enter(), [{ letter: "f", numbers: [1, 1], texts: ["{}"] }]);
  guest.enter("F1\n203\n0\n\nX-A: 1\r\nSet-Cookie: b\r\n");
  const { status, headers, url, redirected, body, ok } = await response;
  assert.deepEqual([status, ok, url, redirected, body], [203, true, "https://a.test/a?b", false, null]);
  assert.equal(headers.get("x-a"), "1");
  headers.set("x-a", "2");
  assert.deepEqual(guest.loaded, []);
});

test("a request made from it escalates with its changes, and a URL of its host as well", async () => {
  const { guest, request } = begin();
  void guest.fetch(new guest.Request("/b?c", request), { method: "put", body: "x" });
  void guest.fetch("https://a.test/d", request as never);
  const [first, second] = guest.enter();
  assert.deepEqual([first!.letter, ...first!.numbers], ["f", 1, 1]);
  assert.deepEqual(json(first!), {
    path: "/b",
    query: "c",
    method: "PUT",
    headers: "Host: a.test\r\ncontent-type: text/plain;charset=UTF-8\r\n",
    body: "x",
  });
  assert.deepEqual([second!.letter, json(second!)], ["f", { path: "/d" }]);
});

test("any other URL goes to its origin, and its response may come from elsewhere", async () => {
  const { guest } = begin();
  const response = guest.fetch("https://api.test:8443/a?b#c", { headers: { a: "b" }, redirect: "error" });
  const [command] = guest.enter();
  assert.deepEqual([command!.letter, ...command!.numbers], ["g", 1]);
  assert.deepEqual(json(command!), {
    url: "https://api.test:8443/a?b",
    method: "GET",
    headers: "a: b\r\n",
    redirect: "error",
  });
  guest.enter("F1\n200\n1\n>https://other.test/\nX: 1\r\n");
  const { url, redirected, body } = await response;
  assert.deepEqual([url, redirected, body === null], ["https://other.test/", true, false]);
});

test("a body that comes with its head is at hand, and the host is asked for nothing", async () => {
  const { guest } = begin();
  const wanted = guest.fetch("https://api.test/");
  guest.enter();
  guest.enter("F1\n200\n2 6\nhttps://api.test/\nX: 1\r\nbody\nof two lines");
  const response = await wanted;
  assert.equal(response.headers.get("x"), "1");
  assert.equal(await response.clone().text(), "body\nof two lines");
  assert.equal((await response.arrayBuffer()).byteLength, 17);
  assert.equal(response.bodyUsed, true);
  await assert.rejects(response.text(), TypeError);
  assert.deepEqual(await guest.run(), []);
});

test("what a signal may abort is asked to stay on the host", async () => {
  const { guest } = begin();
  void guest.fetch("https://api.test/", { signal: controllerOf(guest).signal });
  const [command] = guest.enter();
  assert.equal(json(command!).stays, true);
});

test("the body of a fetch from an origin is held by nobody's exchange", async () => {
  const { guest } = begin();
  const response = guest.fetch("https://api.test/");
  guest.enter();
  guest.enter("F1\n200\n1\nhttps://api.test/\n");
  const text = (await response).text();
  const [read] = await guest.run();
  assert.deepEqual([read!.letter, ...read!.numbers], ["t", 2, 0, 1, 0]);
  guest.enter("T2\nabc");
  assert.equal(await text, "abc");
});

test("bodies of every kind go out", async () => {
  const { guest, request } = begin(requestEvent(1, "/", POST));
  const send = (body: unknown) => void guest.fetch("https://api.test/", { method: "POST", body });
  send("text");
  send(bytes("bytes"));
  send(request.body);
  const commands = guest.enter();
  const bodies = commands.map((command) => json(command).body);
  assert.deepEqual(bodies, ["text", 1, { held: 0, slot: 1 }]);
  assert.equal(Buffer.from(guest.bytes.get(1)!).toString(), "bytes");
});

test("a client's request that goes elsewhere takes its body along", async () => {
  const fields = "Host: a.test\r\nContent-Length: 5\r\nX: 1\r\n";
  const { guest, request } = begin(requestEvent(1, "/up", { ...POST, fields }));
  void guest.fetch(new guest.Request("https://api.test/up", request));
  const [command] = guest.enter();
  assert.deepEqual(json(command!), {
    url: "https://api.test/up",
    method: "POST",
    headers: "X: 1\r\n",
    redirect: "manual",
    body: { held: 0, slot: 1 },
  });
});

test("a stream goes out piece by piece, and stops when the fetch fails", async () => {
  const { guest } = begin();
  const { ReadableStream: S } = guest.streams() as unknown as { ReadableStream: typeof ReadableStream };
  const told: unknown[] = [];
  const body = new S({ start: (c) => c.enqueue(bytes("abc")), cancel: (reason) => void told.push(reason) });
  const fetched = guest.fetch("https://api.test/", { method: "POST", body });
  const commands = await guest.run();
  assert.equal(letters(commands), "gw");
  assert.deepEqual(json(commands[0]!).body, { stream: 1 });
  assert.deepEqual([commands[0]!.numbers[0], ...commands[1]!.numbers], [2, 1, 3, 1]);
  const reason = reasonOf(fetched);
  guest.enter("E2\nTypeError\nnobody there");
  assert.match(String(await reason), /nobody there/);
  await guest.run();
  assert.match(String(told[0]), /nobody there/);
});

test("a request whose body was sent is used, and cannot be fetched again", async () => {
  const { guest } = begin();
  const request = new guest.Request("https://api.test/", { method: "POST", body: "x" });
  void guest.fetch(request);
  assert.equal(request.bodyUsed, true);
  await assert.rejects(guest.fetch(request), { name: "TypeError", message: /has been used already/ });
});

test("a client's body may be fetched with after it has been read", async () => {
  const { guest, request } = begin(requestEvent(1, "/", POST));
  const text = request.text();
  guest.enter();
  guest.enter("T1\nabc");
  await text;
  void guest.fetch(request);
  void guest.fetch("https://api.test/", request as never);
  const [first, second] = guest.enter();
  assert.deepEqual([first!.letter, json(first!)], ["f", {}]);
  assert.deepEqual([second!.letter, json(second!).body], ["g", { held: 0, slot: 1 }]);
});

test("a clone is read into the host's memory before it goes out, so that the other can be read", async () => {
  const { guest, request } = begin(requestEvent(1, "/", POST));
  const copy = request.clone();
  void guest.fetch(copy);
  const [read] = await guest.run();
  assert.equal(read!.letter, "t");
  const [fetched] = await guest.run(`D${read!.numbers[0]}`, bytes("abc").buffer);
  assert.equal(fetched!.letter, "f");
});

test("a backend is asked for a path of its own", async () => {
  const { guest } = begin();
  void guest.fetch("backend:app/a/../b?c#d", { method: "POST", body: "x", headers: { h: "1" } });
  void guest.fetch("backend:app");
  void guest.fetch("backend:app?q");
  void guest.fetch(new URL("backend:app/u"));
  const commands = guest.enter();
  assert.deepEqual(
    commands.map((command) => json(command).url),
    ["backend:app/b?c", "backend:app/", "backend:app/?q", "backend:app/u"],
  );
  const { method, body, headers } = json(commands[0]!);
  assert.deepEqual(
    [method, body, headers],
    ["POST", "x", "h: 1\r\ncontent-type: text/plain;charset=UTF-8\r\n"],
  );
});

test("a client's request goes to a backend as its exchange would escalate there", async () => {
  const { guest, request } = begin(requestEvent(1, "/a", POST));
  request.query = "b=c";
  void guest.fetch("backend:app", request as never);
  void guest.fetch("backend:app/other?x", request as never);
  const [whole, other] = guest.enter();
  assert.deepEqual([whole!.letter, json(whole!)], ["f", { query: "b=c", backend: "app" }]);
  assert.deepEqual(json(other!), { path: "/other", query: "x", backend: "app" });
});

test("a request that a script made goes to a backend with its path", () => {
  const { guest } = begin();
  const request = new guest.Request("https://any.test/p?q", { headers: { a: "b" } });
  void guest.fetch("backend:app", request as never);
  const [command] = guest.enter();
  assert.deepEqual([command!.letter, json(command!).url], ["g", "backend:app/p?q"]);
});

for (const input of ["backend:", "backend:/x", "/relative", "ftp://a.test/", "https://", ""]) {
  test(`fetch(${JSON.stringify(input)}) is a TypeError, and no command`, async () => {
    const { guest } = begin();
    await assert.rejects(guest.fetch(input), TypeError);
    assert.deepEqual(guest.enter(), []);
  });
}

test("many fetches run side by side, each gets its own answer", async () => {
  const { guest } = begin();
  const fetches = Array.from({ length: 20 }, (_, i) => guest.fetch(`https://api.test/${i}`));
  const commands = guest.enter();
  const numbers = commands.map((command) => command.numbers[0]!);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  guest.enter(...numbers.map((number, i) => `F${number}\n${200 + i}\n0\nhttps://api.test/\n`).reverse());
  const statuses = (await Promise.all(fetches)).map(({ status }) => status);
  assert.deepEqual(
    statuses,
    Array.from({ length: 20 }, (_, i) => 200 + i),
  );
});

test("a script that fetches from within its own getters keeps the numbers ascending", async () => {
  const { guest, request } = begin();
  const init = {
    get method() {
      void guest.fetch(request);
      return "POST";
    },
  };
  void guest.fetch("https://api.test/", init);
  const numbers = guest.enter().map((command) => command.numbers.at(-1)!);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
});

test("a signal that has aborted keeps the fetch from being made", async () => {
  const { guest } = begin();
  const controller = controllerOf(guest);
  controller.abort("why");
  assert.equal(await reasonOf(guest.fetch("https://api.test/", { signal: controller.signal })), "why");
  assert.deepEqual(guest.enter(), []);
});

test("a signal that aborts ends the fetch on the host and here", async () => {
  const { guest } = begin();
  const controller = controllerOf(guest);
  const fetched = reasonOf(guest.fetch("https://api.test/", { signal: controller.signal }));
  guest.enter();
  controller.abort();
  assert.equal(((await fetched) as Error).name, "AbortError");
  assert.deepEqual(guest.enter(), [{ letter: "v", numbers: [1], texts: [] }]);
  guest.enter("F1\n200\n0\nhttps://api.test/\n");
});

test("the signal of the request counts as well, also of one it was made from", async () => {
  const { guest } = begin();
  const controller = controllerOf(guest);
  const request = new guest.Request("https://api.test/", { signal: controller.signal });
  const fetches = [
    guest.fetch(request),
    guest.fetch(new guest.Request(request)),
    guest.fetch(request.clone()),
  ];
  const reasons = Promise.all(fetches.map(reasonOf));
  guest.enter();
  controller.abort("all");
  assert.deepEqual(await reasons, ["all", "all", "all"]);
});

/** A fetch whose head is there and whose body is not. */
async function fetchedBody() {
  const { guest } = begin();
  const controller = controllerOf(guest);
  const promise = guest.fetch("https://api.test/", { signal: controller.signal });
  guest.enter();
  guest.enter("F1\n200\n1\nhttps://api.test/\n");
  return { guest, controller, response: await promise };
}

test("a signal that aborts later ends the reading of the body", async () => {
  const { guest, controller, response } = await fetchedBody();
  const text = reasonOf(response.text());
  await guest.run();
  controller.abort("late");
  assert.equal(await text, "late");
  assert.deepEqual(await guest.run(), [{ letter: "y", numbers: [0, 1], texts: [] }]);
});

test("a signal that aborts later fails a stream that somebody reads, and one that nobody reads yet", async () => {
  for (const begins of [true, false]) {
    const { guest, controller, response } = await fetchedBody();
    const reader = response.body!.getReader();
    const read = begins ? reasonOf(reader.read()) : undefined;
    await guest.run();
    controller.abort("late");
    assert.equal(await (read ?? reasonOf(reader.read())), "late");
    assert.equal(await reasonOf(reader.closed), "late");
  }
});

test("a signal that aborts before anybody asked for the body keeps it from being read", async () => {
  const { guest, controller, response } = await fetchedBody();
  controller.abort("late");
  assert.deepEqual(await guest.run(), [{ letter: "y", numbers: [0, 1], texts: [] }]);
  assert.equal(await reasonOf(response.text()), "late");
});

test("a signal that aborts when the body has been read does nothing more", async () => {
  const { guest, controller, response } = await fetchedBody();
  const text = response.text();
  await guest.run();
  guest.enter("T2\nabc");
  assert.equal(await text, "abc");
  controller.abort();
  assert.deepEqual(await guest.run(), []);
});

test("a timeout of a fetch that is done keeps no timer of the host", async () => {
  const { guest } = begin();
  const { AbortSignal: Signal } = guest.events() as unknown as { AbortSignal: typeof AbortSignal };
  const fetched = guest.fetch("https://api.test/", { signal: Signal.timeout(5000) });
  assert.equal(letters(guest.enter()), "gs");
  const done = await guest.run("F1\n204\n0\nhttps://api.test/\n");
  await fetched;
  assert.equal(letters(done), "u");
});

test("a URL that no head could hold is refused before anything looks into it", async () => {
  const { guest } = begin();
  const huge = "x".repeat(2 ** 28);
  for (const attempt of [
    () => guest.fetch(huge),
    () => guest.fetch("https://a.test/", { method: huge }),
    () => guest.fetch("https://a.test/", { headers: { a: huge } }),
    () => guest.fetch("https://a.test/", { integrity: huge }),
  ]) {
    await assert.rejects(attempt(), RangeError);
  }
});
