import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "../script/site_harness.ts";
import { until } from "../support/until.ts";
import { type Command, Guest, letters, requestEvent } from "./support/guest.ts";

interface Context {
  waitUntil(promise: unknown): void;
  passThroughOnException(): void;
  readonly props: object;
}

/** A guest with a module worker. */
function worker(fetch: (request: unknown, env: unknown, context: Context) => unknown): Guest {
  const guest = new Guest();
  guest.use({ default: { fetch } });
  return guest;
}

/** What `m` said, in its order. */
const counts = (commands: readonly Command[]) =>
  commands.filter(({ letter }) => letter === "m").map(({ numbers }) => numbers[0]);

test("a module worker is called as a method, with the environment and a context", async () => {
  const guest = new Guest();
  const seen: unknown[] = [];
  const main = {
    fetch(this: unknown, ...given: unknown[]) {
      seen.push(this === main, given.length, given[1], (given[2] as Context).props);
      return new guest.Response("done");
    },
  };
  guest.use({ default: main });
  assert.equal(letters(guest.enter(requestEvent(1))), "r");
  assert.deepEqual(seen, [true, 3, { KEY: "value" }, {}]);
});

test("a plain function gets the request and nothing else", () => {
  const guest = new Guest();
  let given = 0;
  guest.use({
    default: (...values: unknown[]) => {
      given = values.length;
      return new guest.Response("done");
    },
  });
  guest.enter(requestEvent(1));
  assert.equal(given, 1);
});

test("the host is told how many promises are open, when that has changed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const guest = worker((_request, _env, context) => {
    context.waitUntil(promise);
    context.waitUntil(promise);
    return new guest.Response("done");
  });
  const first = guest.enter(requestEvent(1), requestEvent(2));
  assert.deepEqual([letters(first), counts(first)], ["rrm", [4]]);
  assert.deepEqual(await guest.run(), []);
  resolve();
  assert.deepEqual(counts(await guest.run()), [0]);
});

test("a worker that waits for nothing costs no command", async () => {
  const guest = worker(() => new guest.Response("done"));
  assert.equal(letters(await guest.run(requestEvent(1))), "r");
  assert.equal(guest.wakes, 0);
});

test("a promise that is rejected is logged and no longer open", async () => {
  const guest = worker((_request, _env, context) => {
    context.waitUntil(Promise.reject(new RangeError("too late")));
    return new guest.Response("done");
  });
  const commands = await guest.run(requestEvent(1));
  assert.deepEqual(counts(commands), [1, 0]);
  const { texts } = commands.find(({ letter }) => letter === "i")!;
  assert.equal(texts[0], "ctx.waitUntil: the promise was rejected");
  assert.match(texts[1]!, /^RangeError: too late/);
});

test("what is no promise is none that the host waits for long", async () => {
  const guest = worker((_request, _env, context) => {
    context.waitUntil(5);
    // biome-ignore lint/suspicious/noThenProperty: any thenable is a promise to Promise.resolve.
    context.waitUntil({ then: (done: () => void) => done() });
    return new guest.Response("done");
  });
  assert.equal(counts(await guest.run(requestEvent(1))).at(-1), 0);
});

test("a context cannot be made, and its methods are its own", () => {
  const guest = worker((_request, _env, context) => {
    assert.equal(context.constructor, Object);
    const { waitUntil } = context;
    assert.throws(() => waitUntil(Promise.resolve()), TypeError);
    return new guest.Response(String(context));
  });
  const [answer] = guest.enter(requestEvent(1));
  assert.equal(answer!.texts[1], "[object ExecutionContext]");
});

for (const [how, fail] of [
  ["throws", "throw new Error('broken')"],
  ["rejects", "await null; throw new Error('broken')"],
  ["answers with what is no answer", "return 'text'"],
] as const) {
  test(`a worker that ${how} after passThroughOnException lets the request escalate`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `export default {
        ${how === "throws" ? "" : "async "}fetch(request, env, ctx) {
          if (request.path === "/pass") ctx.passThroughOnException();
          request.headers.set("x-tried", "1");
          ${fail};
        },
      };`,
    );
    const passes = site.request("/pass");
    const call = await site.backend.call(0);
    assert.equal(call.request.headers.get("x-tried"), "1");
    call.respond(200, "from the backend");
    assert.equal((await passes.answer).text, "from the backend");
    assert.match(site.logText(50), /the request passes through: .*(?:broken|type string)/);
    assert.equal((await site.get("/fails")).status, 500);
  });
}

test("work given to waitUntil goes on after the answer, also over a new version of the script", async (t) => {
  const script = (version: number) => `
    import { log } from "lodestone";
    export default {
      fetch(request, env, ctx) {
        ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 100)).then(() => log.info("late work of ${version}")));
        return new Response("${version}");
      },
    };`;
  const site = await SiteHarness.start(t, script(1));
  assert.equal((await site.get("/")).text, "1");
  await site.reload(script(2));
  assert.equal((await site.get("/")).text, "2");
  await until("both have worked", () => /late work of 1[\s\S]*late work of 2/.test(site.logText()));
});

test("queueMicrotask wants a function, and tells the log what it throws", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async () => {
      const order = [];
      queueMicrotask(() => order.push("second"));
      order.push("first");
      queueMicrotask(() => { throw new RangeError("in a microtask"); });
      let refused = "";
      try { queueMicrotask("text"); } catch (error) { refused = error.name; }
      await null;
      return new Response([...order, refused].join());
    };`,
  );
  assert.equal((await site.get("/")).text, "first,second,TypeError");
  assert.match(site.logText(50), /RangeError: in a microtask/);
});
