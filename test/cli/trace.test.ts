import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { traceText } from "../../core/cli/trace_text.ts";
import type { TraceStep } from "../../core/observe/trace.ts";
import { startLodestone } from "../support/lodestone.ts";
import { folderWith, lodestone, outcomeOf, startLodestone as startProcess } from "./run_lodestone.ts";

const SECRET = "the secret of these tests";
const FILES = {
  "site.ts": `import { stat } from "lodestone";
export default async (request: Request) => {
  if (stat(request.file)?.isFile) return;
  if (request.path === "/throw") throw new Error("late");
  if (request.path.startsWith("/old/"))
    return Response.redirect("/new/" + request.path.slice(5), 301);
};
`,
  "default.ts": `export default (request: Request) => {
  console.log("\\u001b[31mseen");
  request.headers.set("x-base", "/");
  request.backend = "app";
};
`,
  "lodestone.yaml":
    "sites: [{ scripts: [site.ts, default.ts], root: . }]\nbackends: { app: http://127.0.0.1:1 }\n",
};

/** Without times. */
const lines = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => /^ +\d+\.\d{3} /.test(line))
    .map((line) => line.slice(24).replace(/request \S+/, "request ID"));

test("run --trace tells each step on standard error, aligned, and the answer on standard output", async (t) => {
  const cwd = folderWith(t, FILES);
  const { code, stdout, stderr } = await lodestone(t, ["run", "lodestone.yaml", "/old/x", "--trace"], {
    cwd,
  });
  assert.equal(code, 0);
  assert.match(stdout, /^HTTP\/1\.1 301 Moved Permanently\r\nlocation: \/new\/x\r\n/);
  assert.match(stderr, /^ {6}at ms {6}took\n {6}0\.\d{3} {13}GET \/old\/x, /);
  for (const line of stderr.trimEnd().split("\n").slice(1)) {
    assert.match(line, /^ *\d+\.\d{3}(?<=^.{11})( *\d+\.\d{3}(?<=^.{21})| {10}) {3}( {2})?[^ ]/);
  }
  const told = lines(stderr);
  assert.deepEqual(
    told.filter((line) => !line.startsWith("ends")),
    [
      `GET /old/x, request ID of the site "site"`,
      "the scripts are loaded, version 1",
      "-> site.ts",
      `  stat ${cwd}/old/x: nothing`,
      "site.ts:6:5 returned Response 301 location /new/x",
      "sends 301, made by script",
    ],
  );
  assert.match(told.at(-1)!, /^ends after 0 bytes; \d+\.\d{3} ms of that in the isolate$/);
});

test("it tells which script did what, and where the request would go", async (t) => {
  const cwd = folderWith(t, FILES);
  const { stdout, stderr } = await lodestone(t, ["run", "lodestone.yaml", "/x", "--trace"], { cwd });
  assert.match(stdout, /^Escalates to backend app/);
  assert.deepEqual(lines(stderr).slice(2), [
    "-> site.ts",
    `  stat ${cwd}/x: nothing`,
    "site.ts returned nothing",
    "-> default.ts",
    "  log, info: \ufffd[31mseen",
    "  header x-base: none -> /",
    "  backend: none -> app",
    "default.ts returned nothing",
    "escalates GET /x to backend app",
  ]);
  const file = await lodestone(t, ["run", "lodestone.yaml", "/site.ts", "--trace"], { cwd });
  assert.ok(lines(file.stderr).includes("site.ts:3:35 returned nothing"), file.stderr);
  const failed = await lodestone(t, ["run", "site.ts", "/throw", "--trace"], { cwd });
  assert.equal(failed.code, 1);
  assert.ok(
    lines(failed.stderr).includes("site.ts:4:40 fails with 500 script_error: Error: late"),
    failed.stderr,
  );
});

test("run --trace --json has the steps as an array", async (t) => {
  const cwd = folderWith(t, FILES);
  const traced = await lodestone(t, ["run", "site.ts", "/old/x", "--trace", "--json"], { cwd });
  assert.equal(traced.stderr, "");
  const { trace } = JSON.parse(traced.stdout) as { trace: TraceStep[] };
  const [returned] = trace.filter((step) => step.step === "return");
  assert.deepEqual(
    { ...returned, at: 0 },
    {
      at: 0,
      step: "return",
      script: `${cwd}/site.ts`,
      what: "Response 301 location /new/x",
      place: `${cwd}/site.ts:6:5`,
    },
  );
  const plain = await lodestone(t, ["run", "site.ts", "/old/x", "--json"], { cwd });
  assert.equal("trace" in JSON.parse(plain.stdout), false);
});

test("lodestone trace asks a running server and prints what it did", async (t) => {
  const { "lodestone.yaml": _, ...scripts } = FILES;
  await using server = await startLodestone({
    config: `workers: 1\ntrace: { secret: "\${TRACE_SECRET}" }\nsites: [{ scripts: [site.ts, default.ts] }]\nbackends: { app: http://127.0.0.1:1 }\n`,
    scripts,
    env: { TRACE_SECRET: SECRET },
  });
  const env = { TRACE_SECRET: SECRET, WRONG: `${SECRET}.` };
  const ask = (...parameters: string[]) =>
    lodestone(t, ["trace", ...parameters, "--secret-env", "TRACE_SECRET"], { env });
  const traced = await ask(server.url("/old/x?q='1'"), "-H", "Host: a.test", "-H", "X-A: 1");
  assert.deepEqual([traced.code, traced.stderr], [0, ""]);
  assert.match(traced.stdout, /^HTTP\/1\.1 301 Moved Permanently, \d+\.\d{3} ms to its head from here\n\n/);
  const told = lines(traced.stdout);
  assert.equal(told[0], `GET /old/x?q='1', request ID of the site "site"`);
  assert.deepEqual(told.slice(-2), [
    "site.ts:6:5 returned Response 301 location /new/x",
    "sends 301, made by script",
  ]);
  const json = JSON.parse(
    (await ask(server.url("/y"), "-X", "PUT", "-d", "body", "--json")).stdout,
  ) as TraceStep[];
  assert.ok(json[0]?.step === "request" && json[0].method === "PUT");

  const wrong = await lodestone(t, ["trace", server.url("/x"), "--secret-env", "WRONG"], { env });
  assert.deepEqual([wrong.code, /^lodestone: no trace came with it/.test(wrong.stderr)], [1, true]);
  const nobody = await ask("http://127.0.0.1:1/");
  assert.deepEqual(
    [nobody.code, /asking http:\/\/127\.0\.0\.1:1\/: .*ECONNREFUSED/.test(nobody.stderr)],
    [1, true],
  );

  const { stdout: curl } = await ask(server.url("/old/it's?a b"), "-H", "X-Odd: it's", "--curl");
  const head = execFileSync("sh", ["-c", curl], { encoding: "utf8" });
  const reading = startProcess(t, ["trace", "-", "--secret-env", "TRACE_SECRET"], { env });
  const ended = outcomeOf(reading);
  reading.stdin.end(head);
  assert.equal(lines((await ended).stdout)[0], `GET /old/it's?a%20b, request ID of the site "site"`);
});

const wrongUsage: [parameters: string[], message: RegExp][] = [
  [["http://a.test/"], /^lodestone: the environment has no LODESTONE_TRACE_SECRET: /],
  [
    ["/x", "--secret-env", "S"],
    /^lodestone: "\/x": a whole URL is needed, such as http:\/\/127\.0\.0\.1:8080\/x\n\(see "lodestone trace --help"\)\n$/,
  ],
  [
    ["http://a.test/", "--secret-env", "S", "--valid", "3601"],
    /^lodestone: --valid 3601: a number of seconds from 1 to 3600\n/,
  ],
  [["ftp://a.test/", "--secret-env", "S"], /neither a path .* nor an http URL/],
  [["http://a.test/%zz", "--secret-env", "S"], /it answers 400/],
];
for (const [parameters, message] of wrongUsage) {
  test(`wrong usage is told: trace ${parameters.join(" ")}`, async (t) => {
    const { code, stdout, stderr } = await lodestone(t, ["trace", ...parameters], { env: { S: SECRET } });
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, message);
  });
}

test("a trace from elsewhere drives no terminal and shortens the paths of scripts", () => {
  const script = "/srv/site/shop/site.ts";
  const text = traceText([
    { at: 0, step: "request", id: "a\u001b[2J", method: "GET", target: "/\u0007", site: "s" },
    { at: 1, step: "script", script },
    { at: 1.5, step: "log", level: 40, text: "one\ntwo\u001b[0m" },
    { at: 2, step: "return", script, what: "nothing", place: "/srv/site/lib/answers.ts:3:4" },
    { at: 1234.5, step: "left out", steps: 7 },
  ]);
  assert.equal(
    text,
    `      at ms      took
      0.000             GET /\ufffd, request a\ufffd[2J of the site "s"
      1.000             -> shop/site.ts
      1.500               log, warn: one
                          two\ufffd[0m
      2.000             lib/answers.ts:3:4 returned nothing
   1234.500             (7 steps left out)
`,
  );
});
