import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "../../script/site_harness.ts";
import { TestBody } from "../../support/test_body.ts";
import { until } from "../../support/until.ts";

/** Streams through a real isolate and the real host. */

const UPPER = `
  const upper = () => new TransformStream({
    transform: (text, controller) => controller.enqueue(text.toUpperCase()),
  });
  const shout = (body) => body.pipeThrough(new TextDecoderStream()).pipeThrough(upper()).pipeThrough(new TextEncoderStream());`;

test("an answer written piece by piece arrives whole, timers and all", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => {
      let count = 0;
      const ticks = new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          controller.enqueue("tick " + ++count + "\\n");
          if (count === 5) controller.close();
        },
      });
      return new Response(ticks.pipeThrough(new TextEncoderStream()), { status: 201, headers: { "x-a": "b" } });
    };`,
  );
  const { status, headers, text } = await site.get("/");
  assert.deepEqual([status, headers.get("x-a")], [201, "b"]);
  assert.equal(text, "tick 1\ntick 2\ntick 3\ntick 4\ntick 5\n");
  await until("the exchange ends", () => site.active === 0);
});

test("a generator is an answer", async (t) => {
  const site = await SiteHarness.start(
    t,
    `async function* lines() { for (let i = 0; i < 1000; i++) yield new TextEncoder().encode(i + "\\n"); }
    export default () => new Response(ReadableStream.from(lines()));`,
  );
  const { text } = await site.get("/");
  assert.equal(text, Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(""));
});

test("a megabyte goes through unharmed", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      const response = await fetch(request);
      return new Response(response.body.pipeThrough(new TransformStream()), response);
    };`,
    { limits: { cpu: 2_000 } },
  );
  const sent = site.request("/");
  const text = Array.from({ length: 150_000 }, (_, i) => `${i},`).join("");
  (await site.backend.call(0)).respond(200, text);
  assert.equal((await sent.answer).text, text);
});

test("a backend's body goes through a transform of text", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${UPPER}
    export default async (request) => {
      const response = await fetch(request);
      return new Response(shout(response.body), response);
    };`,
  );
  const sent = site.request("/");
  (await site.backend.call(0)).respond(203, "gr\u00fc\u00dfe", "X-A: 1\r\n");
  const { status, headers, text } = await sent.answer;
  assert.deepEqual([status, headers.get("x-a"), text], [203, "1", "GR\u00dcSSE"]);
});

test("onResponse sends what escalation brought through a transform", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${UPPER}
    export default () => {};
    export const onResponse = (response) => new Response(shout(response.body), response);`,
    { files: { "a.txt": "a file" } },
  );
  assert.equal((await site.get("/a.txt")).text, "A FILE");
  const sent = site.request("/b");
  (await site.backend.call(0)).respond(200, "a backend");
  assert.equal((await sent.answer).text, "A BACKEND");
});

test("a client's body goes through a transform to the backend", async (t) => {
  const site = await SiteHarness.start(
    t,
    `${UPPER}
    export default (request) => fetch(new Request("/up", request), { method: "PUT", body: shout(request.body) });`,
  );
  const sent = site.request("/", { method: "POST", body: "hello" });
  const call = await site.backend.call(0);
  const pieces: Buffer[] = [];
  await new Promise<void>((resolve, reject) =>
    call.request.body!.start({
      data: (piece) => pieces.push(piece) > 0,
      end: resolve,
      fail: reject,
    }),
  );
  assert.equal(Buffer.concat(pieces).toString(), "HELLO");
  call.respond(200, "thanks");
  assert.equal((await sent.answer).text, "thanks");
});

test("a body is read, and escalates afterwards all the same", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      const copy = request.clone();
      const form = new URLSearchParams(await request.text());
      if ((await copy.text()).length !== 7) return 500;
      request.headers.set("x-name", form.get("name"));
    };`,
  );
  const sent = site.request("/", { method: "POST", body: "name=me" });
  const call = await site.backend.call(0);
  assert.equal(call.request.headers.get("x-name"), "me");
  assert.equal(call.request.body?.length, 7);
  call.respond(200, "thanks");
  assert.equal((await sent.answer).text, "thanks");
});

test("a client that leaves ends the script's stream and aborts the signal", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { log } from "lodestone";
    export default (request) => {
      request.signal.addEventListener("abort", () => log.info("aborted"));
      return new Response(new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(1)),
        cancel: (reason) => log.info("canceled: " + reason),
      }));
    };`,
  );
  const sent = site.request("/");
  sent.answer.catch(() => {});
  await until("the answer begins", () => sent.responses === 1);
  sent.leave();
  await until("the script is told", () =>
    /canceled: [\s\S]*aborted/.test(site.logText()) ? true : undefined,
  );
});

test("a client that leaves while a fetch is under way aborts the signal, and nothing is logged as an error", async (t) => {
  const site = await SiteHarness.start(
    t,
    `import { log } from "lodestone";
    export default async (request) => {
      request.signal.addEventListener("abort", () => log.info("aborted: " + request.signal.reason.name));
      return fetch(request);
    };`,
  );
  const sent = site.request("/");
  const call = await site.backend.call(0);
  sent.leave();
  await until("the script is told", () => /aborted: AbortError/.test(site.logText()));
  assert.equal(call.cancelled, true);
  assert.equal(site.logText(50), "");
});

test("a fetch that the script aborts is cancelled at the backend", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      try { await fetch(request, { signal: AbortSignal.timeout(20) }); }
      catch (error) { return new Response(error.name, { status: 504 }); }
    };`,
  );
  const sent = site.request("/");
  const call = await site.backend.call(0);
  const { status, text } = await sent.answer;
  assert.deepEqual([status, text, call.cancelled], [504, "TimeoutError", true]);
});

test("a stream that fails in the middle cuts the answer off and is logged", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => {
      let count = 0;
      return new Response(new ReadableStream({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          if (count++ === 2) throw new RangeError("no more");
          controller.enqueue(new Uint8Array(3));
        },
      }));
    };`,
  );
  await assert.rejects(site.get("/"), { code: "script_body_failed" });
  assert.match(site.logText(50), /RangeError: no more/);
});

test("a backend's body that breaks off is the failure of the script's stream", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
      const response = await fetch(request);
      try { for await (const piece of response.body); }
      catch (error) { return new Response(error.name); }
    };`,
  );
  const sent = site.request("/");
  const body = new TestBody(undefined);
  body.start = (sink) => {
    sink.data(Buffer.from("begun"));
    setImmediate(() => sink.fail(new Error("gone")));
  };
  (await site.backend.call(0)).respond(200, body);
  assert.equal((await sent.answer).text, "TypeError");
});

test("many streams at once come out each by itself", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default (request) => {
      let count = 0;
      return new Response(new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(request.path + count + " "));
          if (++count === 20) controller.close();
        },
      }));
    };`,
  );
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}-`);
  const answers = await Promise.all(site.send(...paths).map((request) => request.answer));
  for (const [i, { text }] of answers.entries()) {
    assert.equal(text, Array.from({ length: 20 }, (_, count) => `${paths[i]}${count} `).join(""));
  }
});

test("a worker that streams nothing never loads the streams", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const source = Object.getOwnPropertyDescriptor(globalThis, "ReadableStream");
    export default async (request) => {
      if (request.path === "/fetch") return fetch(request);
      await request.text();
      const still = Object.getOwnPropertyDescriptor(globalThis, "ReadableStream");
      return new Response(String(still.get === source.get && typeof still.get === "function"));
    };`,
  );
  assert.equal((await site.request("/", { method: "POST", body: "x" }).answer).text, "true");
  const sent = site.request("/fetch");
  (await site.backend.call(0)).respond(200, "y");
  assert.equal((await sent.answer).text, "y");
});

test("bodies of origins that scripts never read count no more once they are lost", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async () => new Response(String((await fetch("backend:app/x")).status));`,
    { limits: { operations: 300 } },
  );
  for (let i = 0; i < 700; i++) {
    const sent = site.request("/");
    const call = await until("the backend is asked", () => site.backend.calls.shift(), { every: 0 });
    call.respond(200, "a body");
    assert.equal((await sent.answer).text, "200");
  }
});
