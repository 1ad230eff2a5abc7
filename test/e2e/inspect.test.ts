import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Inspector } from "../support/inspector.ts";
import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { until } from "../support/until.ts";

const SITE = `import { stat } from "lodestone";
import { twice } from "./twice.ts";

interface Visitor { readonly name: string }

let visits = 0;

export default async (request: Request): Promise<Response> => {
  const visitor: Visitor = { name: new URL(request.url).searchParams.get("name") ?? "nobody" };
  visits++;
  const known = stat(request.file)?.isFile ?? false;
  await null;
  console.log("visit of", visitor.name, twice(visits));
  if (request.path === "/throws") throw new TypeError("on purpose");
  return new Response(\`\${visitor.name} \${known} \${visits}\`);
};
`;
const TWICE =
  "export const twice = (value: number): number => {\n  const result = 2 * value;\n  return result;\n};\n";
const config = `
workers: 2
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    root: www
    limits: { cpu: 50, deadline: 300 }
  - hosts: [other.test]
    scripts: [other.ts]
    limits: { cpu: 50 }
`;
const scripts = {
  "site.ts": SITE,
  "twice.ts": TWICE,
  "other.ts":
    "export default (request: Request) => { for (;request.path === '/loop';); return new Response('other'); };\n",
};
const files = { "www/here": "x" };

let lodestone: Lodestone;
let authority: string;
before(async () => {
  lodestone = await startLodestone({ config, scripts, files, args: ["--inspect=0"] });
  authority = String((await lodestone.waitForLog(({ msg }) => msg === "debuggers may attach")).inspect);
});
after(() => lodestone?.stop());

const attach = (site = "site") => Inspector.attach(authority, site);
const line = (text: string, source = SITE): number =>
  source.split("\n").findIndex((it) => it.includes(text)) + 1;

test("DevTools find one target for each site, and one worker", async () => {
  const { text } = await request(`http://${authority}/json/list`);
  const targets = JSON.parse(text) as Record<string, string>[];
  assert.deepEqual(
    targets.map(({ title, type }) => [title, type]),
    [
      ["site", "node"],
      ["other.test", "node"],
    ],
  );
  assert.match(targets[0]!.url!, /^file:\/\/\/.*\/site\.ts$/);
  assert.match(targets[0]!.webSocketDebuggerUrl!, /^ws:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/);
  assert.match(JSON.parse((await request(`http://${authority}/json/version`)).text).Browser, /^lodestone\//);
  assert.equal(lodestone.workers().length, 1);
  assert.match(lodestone.stderr, /debuggers may attach at 127\.0\.0\.1:\d+: chrome:\/\/inspect in Chrome/);
});

test("a breakpoint at a line of TypeScript pauses the request, shows its variables and lets it go on", async () => {
  await using inspector = await attach();
  await inspector.send("Runtime.enable");
  await inspector.send("Debugger.enable");
  await inspector.breakAt("site.ts", line("visits++"));
  const answer = request(lodestone.url("/here?name=Ada"));
  const paused = await inspector.paused();
  const [frame] = paused.callFrames;
  assert.deepEqual(inspector.original(frame!.location), { file: "site.ts", line: line("visits++") });
  const value = await inspector.send("Debugger.evaluateOnCallFrame", {
    callFrameId: frame!.callFrameId,
    expression: "visitor.name",
  });
  assert.deepEqual(value.result, { type: "string", value: "Ada" });
  // Longer than the site's limits for CPU and deadline; and meanwhile the other site answers.
  const other = await request(lodestone.url("/"), { host: "other.test" });
  assert.equal(other.text, "other");
  await new Promise((resolve) => setTimeout(resolve, 500));
  await inspector.send("Debugger.stepOver");
  const next = await inspector.paused();
  assert.equal(inspector.original(next.callFrames[0]!.location)?.line, line("const known"));
  await inspector.send("Debugger.resume");
  assert.match((await answer).text, /^Ada true \d+$/);
});

test("breakpoints work in an imported file and behind an await, again and again", async () => {
  await using inspector = await attach();
  await inspector.send("Debugger.enable");
  await inspector.breakAt("twice.ts", line("return result", TWICE));
  for (let i = 0; i < 10; i++) {
    const answer = request(lodestone.url("/"));
    const { callFrames } = await inspector.paused();
    const at = callFrames.slice(0, 2).map(({ location }) => inspector.original(location)?.file);
    assert.deepEqual(at, ["twice.ts", "site.ts"]);
    await inspector.send("Debugger.resume");
    assert.equal((await answer).status, 200);
  }
});

test("the console evaluates in the site's own global, and shows what scripts say", async () => {
  await using inspector = await attach();
  await inspector.send("Runtime.enable");
  assert.deepEqual((await inspector.send("Runtime.evaluate", { expression: "typeof Request + 1" })).result, {
    type: "string",
    value: "function1",
  });
  await request(lodestone.url("/?name=Grace"));
  const said = await inspector.event("Runtime.consoleAPICalled", (event) =>
    JSON.stringify(event.args).includes("Grace"),
  );
  assert.deepEqual(
    (said.args as { value: unknown }[]).slice(0, 2).map(({ value }) => value),
    ["visit of", "Grace"],
  );
  assert.ok((said.timestamp as number) > 1e12);
  // And the log has it as always.
  await lodestone.waitForLog(({ msg }) => String(msg).startsWith("visit of Grace"));
  await inspector.send("Runtime.evaluate", { expression: "console.log('said in the debugger')" });
  await lodestone.waitForLog(({ msg }) => msg === "said in the debugger");
});

test("exceptions pause where they are thrown, and the request gets its 500", async () => {
  await using inspector = await attach();
  await inspector.send("Debugger.enable");
  await inspector.send("Debugger.setPauseOnExceptions", { state: "all" });
  const answer = request(lodestone.url("/throws"));
  const { reason, callFrames } = await inspector.paused();
  assert.match(reason, /exception|promiseRejection/);
  assert.equal(inspector.original(callFrames[0]!.location)?.line, line("on purpose"));
  await inspector.send("Debugger.resume");
  assert.equal((await answer).status, 500);
});

test("a debugger that leaves at a breakpoint lets the request go on, and another can come", async () => {
  const first = await attach();
  await first.send("Debugger.enable");
  await first.breakAt("site.ts", line("visits++"));
  const answer = request(lodestone.url("/"));
  await first.paused();
  await assert.rejects(attach(), /another debugger is connected/);
  await first[Symbol.asyncDispose]();
  assert.equal((await answer).status, 200);
  await using second = await until("the target is free", () => attach().catch(() => undefined));
  await second.send("Debugger.enable");
  assert.equal((await request(lodestone.url("/"))).status, 200);
});

test("the CPU limit holds while no debugger is attached, and not while one is", async () => {
  const looping = () => request(lodestone.url("/loop"), { host: "other.test" });
  assert.equal((await looping()).status, 500);
  await using inspector = await attach("other.test");
  await inspector.send("Debugger.enable");
  const answer = looping();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await inspector.send("Debugger.pause");
  const { callFrames } = await inspector.paused();
  const { result } = await inspector.send("Debugger.evaluateOnCallFrame", {
    callFrameId: callFrames.find(({ location }) => inspector.original(location)?.file === "other.ts")!
      .callFrameId,
    expression: "request.path = '/'",
  });
  assert.deepEqual(result, { type: "string", value: "/" });
  await inspector.send("Debugger.resume");
  assert.equal((await answer).text, "other");
});

test("a new version takes the debugger over, with its breakpoints", async () => {
  await using inspector = await attach();
  await inspector.send("Runtime.enable");
  await inspector.send("Debugger.enable");
  await inspector.breakAt("site.ts", line("visits++"));
  const before = request(lodestone.url("/?name=before"));
  await inspector.paused();
  lodestone.folder.write("site.ts", SITE.replace("Response(`", "Response(`new "));
  // What was paused in the old version goes on in it.
  assert.match((await before).text, /^before /);
  await inspector.event("Runtime.executionContextsCleared");
  await inspector.event("Debugger.scriptParsed", ({ url }) => url === "lodestone:///site");
  const answer = request(lodestone.url("/?name=after"));
  const { callFrames } = await inspector.paused();
  assert.equal(inspector.original(callFrames[0]!.location)?.line, line("visits++"));
  await inspector.send("Debugger.resume");
  assert.match((await answer).text, /^new after /);
});

test("an isolate that runs out of memory under a debugger is replaced, and the debugger gets the new one", async () => {
  await using inspector = await attach("other.test");
  await inspector.send("Runtime.enable");
  await inspector.send("Debugger.enable");
  const filling = inspector.send("Runtime.evaluate", {
    expression: "const all = []; for (;;) all.push(new Array(1e4).fill(1))",
  });
  // V8 pauses before the end, too.
  assert.equal((await inspector.paused()).reason, "OOM");
  await inspector.send("Debugger.resume");
  await assert.rejects(filling, /terminated/);
  await lodestone.waitForLog(
    ({ site, msg }) => site === "other.test" && /memory|disposed/i.test(String(msg)),
  );
  await until("the site answers", async () => {
    const { text } = await request(lodestone.url("/"), { host: "other.test" });
    return text === "other" || undefined;
  });
  const { result } = await inspector.send("Runtime.evaluate", { expression: "typeof all" });
  assert.deepEqual(result, { type: "string", value: "undefined" });
});

test("a paused request does not keep the proxy from ending", async () => {
  const ending = await startLodestone({ config, scripts, files, args: ["--inspect=0"] });
  const { inspect } = await ending.waitForLog(({ msg }) => msg === "debuggers may attach");
  const inspector = await Inspector.attach(String(inspect), "site");
  await inspector.send("Debugger.enable");
  await inspector.breakAt("site.ts", line("visits++"));
  const answer = request(ending.url("/"));
  await inspector.paused();
  await ending.stop();
  assert.equal((await answer).status, 200);
});

const STRANGERS: [what: string, headers: Record<string, string>, status: number][] = [
  ["a name that leads here", { host: "evil.test:9229" }, 403],
  ["a name that begins like an address", { host: "127.0.0.1.evil.test" }, 403],
  ["a web page's origin", { origin: "http://evil.test" }, 403],
  ["a web page of this machine", { origin: "http://127.0.0.1:8080" }, 403],
  ["DevTools", { origin: "devtools://devtools" }, 200],
  ["localhost", { host: "localhost:9229" }, 200],
  ["an IPv6 address", { host: "[::1]:9229" }, 200],
];

for (const [what, headers, status] of STRANGERS) {
  test(`the discovery answers ${status} to ${what}`, async () => {
    const answer = await request(`http://${authority}/json/list`, { headers });
    assert.equal(answer.status, status);
    if (status !== 200) assert.equal(answer.text, "");
  });
}

test("a WebSocket of a web page is refused, and one without the target's name", async () => {
  const { text } = await request(`http://${authority}/json/list`);
  const url = JSON.parse(text)[0].webSocketDebuggerUrl as string;
  await assert.rejects(Inspector.open(url, { origin: "http://evil.test" }), /403/);
  await assert.rejects(Inspector.open(url, { headers: { host: "evil.test" } }), /403/);
  await assert.rejects(Inspector.open(`ws://${authority}/site`, {}), /404/);
});

test("--inspect refuses an address that others can reach", async () => {
  await assert.rejects(
    startLodestone({ config, scripts, files, args: ["--inspect=0.0.0.0:9229"] }),
    /this machine itself/,
  );
});
