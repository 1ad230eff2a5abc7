import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TestBody } from "../support/test_body.ts";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

const statuses = async (site: SiteHarness, ...targets: string[]) =>
  (await Promise.all(site.send(...targets).map((request) => request.answer))).map(({ status }) => status);

test("requests of one event-loop iteration enter together and are answered each", async (t) => {
  const site = await SiteHarness.start(t, `export default (request) => new Response(request.path);`);
  const answers = await Promise.all(site.send("/a", "/b", "/c").map((request) => request.answer));
  assert.deepEqual(
    answers.map(({ text }) => text),
    ["/a", "/b", "/c"],
  );
  assert.equal(site.active, 0);
});

for (const [how, loop] of [
  ["never ends", "for (;;);"],
  ["never ends after an await", "await null; for (;;);"],
] as const) {
  test(`of several requests in one entry only the one whose script ${how} fails`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `const runs = {};
      export default ${loop.startsWith("await") ? "async " : ""}(request) => {
        if (request.path === "/3") { ${loop} }
        if (request.path === "/bytes") return new Response(new Uint8Array(9));
        return new Response("well");
      };`,
    );
    assert.deepEqual(await statuses(site, "/1", "/bytes", "/3", "/4", "/5"), [200, 200, 500, 200, 200]);
    assert.doesNotMatch(site.logText(), /memory|handle/);
  });
}

test("a request beside one that never ends keeps its deadline", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => { if (request.path === "/loop") for (;;); await new Promise(() => {}); };`,
    { limits: { deadline: 100 } },
  );
  assert.deepEqual(await statuses(site, "/before", "/loop", "/behind"), [504, 500, 504]);
});

test("an operation that others started before the limit struck is not started twice", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      if (request.path === "/loop") { await null; for (;;); }
      return new Response((await fetch(request)).headers.get("x-own"));
    };`,
  );
  const [fetching, looping] = site.send("/fetch", "/loop");
  assert.equal((await looping!.answer).status, 500);
  (await site.backend.call(0)).respond(200, "x", "X-Own: yes\r\n");
  assert.equal((await fetching!.answer).text, "yes");
  assert.equal(site.backend.calls.length, 1);
});

test("bytes made before the limit struck another request still arrive", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => { if (request.path === "/loop") for (;;); return new Response(new Uint8Array([1, 2, 3])); };`,
  );
  const [bytes] = site.send("/bytes", "/loop");
  assert.deepEqual([...(await bytes!.answer).bytes], [1, 2, 3]);
});

test("bytes and parts made some time before they are sent arrive", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      const made = request.path === "/parts" ? Response.parts(["<", new Uint8Array([65])]) : new Response(new Uint8Array([66]));
      await new Promise((resolve) => setTimeout(resolve, 1));
      return made;
    };`,
  );
  assert.equal((await site.get("/parts")).text, "<A");
  assert.equal((await site.get("/bytes")).text, "B");
});

test("answers with more bytes than one entry may hand over fail by themselves", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const big = new Uint8Array(10e6);
    export default (request) => request.path === "/small" ? new Response("small") : new Response(big);`,
    { limits: { memory: 256, cpu: 5_000 } },
  );
  const targets = Array.from({ length: 9 }, () => "/big");
  const answers = await statuses(site, ...targets, "/small");
  assert.equal(answers.at(-1), 200);
  assert.deepEqual(new Set(answers), new Set([200, 500]));
  assert.doesNotMatch(site.logText(), /memory|handle/);
});

test("a promise that nobody handles is logged with its line, and harms no request", async (t) => {
  const site = await SiteHarness.start(
    t,
    `let count = 0;
    export default async (request) => {
      Promise.reject(new RangeError("left alone"));
      if (request.path === "/late") await null;
      return new Response(String(++count));
    };`,
  );
  assert.equal((await site.get("/")).text, "1");
  assert.equal((await site.get("/late")).text, "2");
  assert.match(site.logText(50), /left alone[\s\S]*site\.ts:3/);
});

for (const reason of [
  "undefined",
  "Symbol()",
  "{ get message() { throw 1 } }",
  "'Script execution timed out.'",
]) {
  test(`a promise rejected with ${reason} that nobody handles harms no request`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `let count = 0; export default () => { Promise.reject(${reason}); return new Response(String(++count)); };`,
    );
    assert.equal((await site.get("/")).text, "1");
    assert.equal((await site.get("/")).text, "2");
  });
}

const dying = `
export default async (request) => {
  if (request.path === "/fill") { const all = []; for (;;) all.push(new Array(1000).fill(1)); }
  if (request.path === "/begun") return new Response(String((await fetch(request)).status));
  return new Response("well");
};`;
const startDying = (t: TestContext) => SiteHarness.start(t, dying, { limits: { memory: 16, cpu: 5_000 } });

test("requests behind the one that fills the memory run in the next isolate", async (t) => {
  const site = await startDying(t);
  const [, fill, ...behind] = site.send("/well", "/fill", "/well", "/well");
  assert.equal((await fill!.answer).status, 500);
  for (const request of behind) assert.equal((await request.answer).text, "well");
});

test("a request that had begun is not begun again when its isolate dies", async (t) => {
  const site = await startDying(t);
  const begun = site.request("/begun");
  const call = await site.backend.call(0);
  site.request("/fill");
  call.respond(200, "x");
  assert.equal((await begun.answer).status, 500);
  await site.turn();
  assert.equal(site.backend.calls.length, 1);
});

test("an isolate that dies lets go of what its scripts had under way", async (t) => {
  const site = await startDying(t);
  const begun = site.request("/begun");
  const call = await site.backend.call(0);
  site.request("/fill");
  assert.equal((await begun.answer).status, 500);
  assert.equal(call.cancelled, true);
  assert.equal((await site.get("/well")).text, "well");
});

test("operations of requests that are over do not count any more", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      if (request.path === "/answers") { fetch(request).catch(() => {}); return new Response("at once"); }
      return new Response(String((await fetch(request)).status));
    };`,
    { limits: { operations: 2 } },
  );
  for (let i = 0; i < 3; i++) {
    const request = site.request("/leaves");
    const call = await site.backend.call(2 * i);
    request.leave();
    assert.equal(call.cancelled, true);
    assert.equal((await site.get("/answers")).text, "at once");
    assert.equal((await site.backend.call(2 * i + 1)).cancelled, true);
  }
  const last = site.request("/last");
  (await site.backend.call(6)).respond(204);
  assert.equal((await last.answer).text, "204");
});

test("a script is told when what it waits for is over with its request", async (t) => {
  const site = await SiteHarness.start(
    t,
    `let told = "nothing";
    export default async (request) => {
      if (request.path === "/told") return new Response(told);
      try { await fetch(request); } catch (error) { told = error.message; }
    };`,
  );
  const request = site.request("/leaves");
  await site.backend.call(0);
  request.leave();
  await site.turn();
  assert.match((await site.get("/told")).text, /the request it belongs to is over/);
});

test("fetched bodies that nobody uses count as operations", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      try { for (let i = 0; i < 5; i++) await fetch(new Request("/" + i, request)); } catch (error) { return new Response(error.message); }
    };`,
    { limits: { operations: 3 } },
  );
  const request = site.request("/");
  const bodies = [new TestBody(), new TestBody(), new TestBody()];
  for (const [i, body] of bodies.entries()) (await site.backend.call(i)).respond(200, body);
  assert.match((await request.answer).text, /more than 3 operations/);
  assert.equal(site.backend.calls.length, 3);
  assert.deepEqual(
    bodies.map(({ cancelled }) => cancelled),
    [true, true, true],
  );
});

test("a promise nobody handles beside a request that never ends costs only that request", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => {
      if (request.path === "/loop") for (;;);
      if (request.path === "/reject") for (let i = 0; i < 3; i++) Promise.reject(new Error("left alone"));
      return new Response("well");
    };`,
  );
  assert.deepEqual(await statuses(site, "/reject", "/loop", "/reject"), [200, 500, 200]);
  assert.equal(site.log.filter(({ msg }) => msg === "scripts loaded").length, 1, "the isolate is the same");
});

test("an escalated request that waits for its onResponse is not run again beside one that never ends", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export const onResponse = (response) => { response.headers.set("x-hooked", "1"); };
    export default async (request) => { if (request.path === "/loop") { await null; for (;;); } };`,
  );
  const [escalated, looping, behind] = site.send("/escalated", "/loop", "/behind");
  assert.equal((await looping!.answer).status, 500);
  for (const i of [0, 1]) (await site.backend.call(i)).respond(200);
  for (const request of [escalated!, behind!]) {
    assert.equal((await request.answer).headers.get("x-hooked"), "1");
  }
  assert.equal(site.backend.calls.length, 2);
});

test("a timer that never ends harms no request of its entry", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => {
      if (request.path === "/timer") setTimeout(() => { for (;;); }, 0);
      return new Response("well");
    };`,
  );
  assert.deepEqual(await statuses(site, "/timer"), [200]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await statuses(site, "/1", "/2"), [200, 200]);
});

test("a timer's callback that throws is logged and harms nobody", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => {
      if (request.path === "/timer") setTimeout(() => { throw new Error("in the timer"); }, 0);
      return new Response("well");
    };`,
  );
  assert.deepEqual(await statuses(site, "/timer", "/1"), [200, 200]);
  await until("it is logged", () => site.logText(50).includes("in the timer"));
});

test("the CPU limit cuts off a body that the request's own scripts were writing, and no other", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const encoder = new TextEncoder();
    let finish;
    export default (request) => {
      if (request.path === "/finish") return (finish(), new Response("finished"));
      return new Response(new ReadableStream({
        start: (controller) => controller.enqueue(encoder.encode("begin")),
        async pull(controller) {
          if (request.path === "/burns") { await request.text(); for (;;); }
          await new Promise((resolve) => { finish = resolve; });
          controller.close();
        },
      }));
    };`,
  );
  const other = site.request("/other");
  await site.turn();
  await assert.rejects(site.request("/burns").answer, /without a pause/);
  assert.equal((await site.get("/finish")).text, "finished");
  assert.equal((await other.answer).text, "begin");
});
