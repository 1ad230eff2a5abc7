import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { SiteHarness } from "./site_harness.ts";

/** What a handler does, in one line, so that all of it is at `site.ts:2`. */
const handler = (body: string) =>
  `import { log } from "lodestone";\nexport default async (request) => { ${body} };\nlog.debug("evaluated");`;

/** The log line that tells of `text`, with the site's script named `site.ts`, and all fields of it. */
async function logged(site: SiteHarness, text: string) {
  const line = await until(`"${text}" is logged`, () => site.log.find(({ msg }) => msg.includes(text)));
  const fields: Record<string, unknown> = { ...line };
  const told = (name: string) => `${fields[name] ?? ""}`.replaceAll(`${site.folder.path}/`, "");
  return { level: line.level, msg: told("msg"), stack: told("stack"), at: told("at") };
}

for (const call of ["console.info", "log.info"]) {
  test(`${call} of errors among other values loses none of them`, async (t) => {
    const site = await SiteHarness.start(
      t,
      handler(`${call}("a", new Error("one"), "b", new TypeError("two"), 3, "\\nlast"); return 204;`),
    );
    await site.get("/");
    const { msg } = await logged(site, "a Error: one");
    assert.match(
      msg,
      /^a Error: one\n {4}at site_default \(site\.ts:2:\d+\) b TypeError: two\n {4}at site_default \(site\.ts:2:\d+\) 3 \nlast$/,
    );
  });
}

test("what follows an error within a logged object is not lost", async (t) => {
  const site = await SiteHarness.start(
    t,
    handler(`console.log({ e: new Error("one"), x: 1 }, "z"); return 204;`),
  );
  await site.get("/");
  const { msg } = await logged(site, "one");
  assert.match(msg, /^\{ e: Error: one\n {4}at site_default \(site\.ts:2:\d+\), x: 1 \} z$/);
});

test("the message of a failed request tells what was thrown, and where", async (t) => {
  const site = await SiteHarness.start(t, handler("request.path.x();"));
  assert.equal((await site.get("/a")).status, 500);
  const { msg, stack, at } = await logged(site, "GET /a");
  assert.match(
    msg,
    /^GET \/a \(request \S+\): running the scripts of "a\.test": they threw: TypeError: request\.path\.x is not a function \(site\.ts:2:50\)$/,
  );
  assert.match(
    stack,
    /^TypeError: request\.path\.x is not a function\n {4}at site_default \(site\.ts:2:50\)$/,
  );
  assert.match(at, /^site\.ts:2:50: TypeError: /);
});

test("the message of a failed request cannot break out of its line", async (t) => {
  const site = await SiteHarness.start(
    t,
    handler(`throw new Error("\\x1b[2J" + "x".repeat(9_000) + "\\ny");`),
  );
  await site.get("/a");
  const { msg } = await logged(site, "GET /a");
  assert.match(msg, /they threw: Error: \\u001b\[2Jx{400,500}\.\.\. \(site\.ts:2:43\)$/);
});

for (const [what, message] of [
  ["long", `"x".repeat(100_000)`],
  ["of many lines", `"line\\n".repeat(1_000)`],
] as const) {
  test(`the place of an error is told even when its message is ${what}`, async (t) => {
    const site = await SiteHarness.start(t, handler(`throw new Error(${message});`));
    await site.get("/a");
    const { msg, stack, at } = await logged(site, "GET /a");
    assert.match(msg, /\(site\.ts:2:43\)$/);
    assert.match(stack, /\n {4}at site_default \(site\.ts:2:43\)$/);
    assert.ok(stack.length < 9_000);
    assert.match(at, /^site\.ts:2:43: Error: /);
  });
}

test("the message of a request that passed the CPU limit tells where it was", async (t) => {
  const site = await SiteHarness.start(t, handler("for (;;);"));
  assert.equal((await site.get("/a")).status, 500);
  const { msg, stack, at } = await logged(site, "GET /a");
  assert.match(msg, /: the scripts ran for more than 100 ms without a pause \(site\.ts:2:\d+\)$/);
  assert.match(at, /^site\.ts:2:\d+: the scripts ran for more than 100 ms without a pause\n/);
  assert.doesNotMatch(msg + stack + at, /timed out/);
});

test("a version that throws while it loads says so in its message", async (t) => {
  const site = await SiteHarness.start(
    t,
    `const a = 1;\nthrow new Error("at load");\nexport default () => a;`,
  );
  assert.equal((await site.get("/")).status, 503);
  const { msg } = await logged(site, "version 1");
  assert.equal(msg, "version 1 could not be loaded: Error: at load (site.ts:2:7)");
});

test("what a timer throws is logged with its place in the source", async (t) => {
  const site = await SiteHarness.start(
    t,
    handler(
      `const due = () => { clearInterval(timer); throw new Error("in the interval"); }; const timer = setInterval(due, 1);
      setTimeout(() => { throw new RangeError("in the timer"); }, 1); return 204;`,
    ),
  );
  await site.get("/");
  const { msg, stack, at } = await logged(site, "in the timer");
  assert.equal(msg, "the callback of a timer threw: RangeError: in the timer (site.ts:3:32)");
  assert.match(stack, /^RangeError: in the timer\n {4}at \S+ \(site\.ts:3:32\)$/);
  assert.match(at, /^site\.ts:3:32: .*\n.*\n *\^/);
  assert.match((await logged(site, "in the interval")).stack, /\n {4}at .* \(site\.ts:2:\d+\)$/);
  assert.doesNotMatch(site.logText(), /lodestone:|file:/);
});

test("a rejection that nothing handles is logged with what it was and its place in the source", async (t) => {
  const site = await SiteHarness.start(
    t,
    handler(
      `setTimeout(async () => { await null; throw new RangeError("left alone"); }, 1);
      if (request.path === "/eval") Promise.reject(eval("new Error('evaluated')")); return 204;`,
    ),
  );
  await site.get("/");
  const { msg, stack, at } = await logged(site, "left alone");
  assert.equal(
    msg,
    'running the scripts of "a.test": a promise was rejected and nothing handled it: RangeError: left alone (site.ts:2:80)',
  );
  assert.match(stack, /^RangeError: left alone\n {4}at .*\(?site\.ts:2:80\)?$/);
  assert.match(at, /^site\.ts:2:80: RangeError: left alone\n/);
  await site.get("/eval");
  assert.match((await logged(site, "Error: evaluated")).stack, /eval at site_default \(site\.ts:3:\d+\)/);
  assert.doesNotMatch(site.logText(), /lodestone:|file:/);
});

for (const [reason, told] of [
  ['"a text"', 'thrown: "a text"'],
  ["404", "thrown: 404"],
  ["{ a: 1 }", "thrown: a value that is no Error"],
  ["Object.create(Error.prototype)", "Error:"],
]) {
  test(`a promise rejected with ${reason} is logged as that, without our own frames`, async (t) => {
    const site = await SiteHarness.start(t, handler(`Promise.reject(${reason}); return 204;`));
    await site.get("/");
    const { msg, stack } = await logged(site, "nothing handled it");
    assert.equal(msg.split("nothing handled it: ")[1], told);
    assert.doesNotMatch(stack, /isolated-vm| at /);
  });
}
