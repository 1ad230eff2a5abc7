import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { site } from "../../core/testing/site.ts";
import { Child } from "../support/child.ts";
import { startLodestone } from "../support/lodestone.ts";
import { request } from "../support/request.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const LAUNCHER = join(import.meta.dirname, "../../core/cli/lodestone.js");

function folderWith(t: TestContext, files: Record<string, string>): TemporaryFolder {
  const folder = new TemporaryFolder("hsts");
  t.after(() => folder[Symbol.dispose]());
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

/** A site whose onResponse the options make. */
function siteOf(t: TestContext, options: string, answer = "new Response('x')") {
  const script = `import { hsts } from "lodestone/hsts";
export default () => ${answer};
export const onResponse = hsts(${options});`;
  const made = site(join(folderWith(t, { "site.ts": script }).path, "site.ts"));
  t.after(() => made.close());
  return made;
}

for (const [options, value] of [
  ["", "max-age=31536000"],
  ["{}", "max-age=31536000"],
  ["{ maxAge: 300 }", "max-age=300"],
  ["{ maxAge: 0 }", "max-age=0"],
  ["{ includeSubDomains: true }", "max-age=31536000; includeSubDomains"],
  ["{ maxAge: 60, includeSubDomains: false, preload: false }", "max-age=60"],
  [
    "{ maxAge: 63_072_000, includeSubDomains: true, preload: true }",
    "max-age=63072000; includeSubDomains; preload",
  ],
  ["{ includeSubDomains: true, preload: true }", "max-age=31536000; includeSubDomains; preload"],
] as const) {
  test(`the field says what the options say: ${options || "none"}`, async (t) => {
    const response = await siteOf(t, options).fetch("https://a.test/");
    assert.equal(response.headers.get("strict-transport-security"), value);
  });
}

test("a client without TLS does not get it, for anybody on the way could have written it", async (t) => {
  const s = siteOf(t, "");
  assert.equal((await s.fetch("http://a.test/")).headers.get("strict-transport-security"), null);
});

test("it takes the place of one that is there, and comes with failures, too", async (t) => {
  const other = `new Response("x", { headers: { "Strict-Transport-Security": "max-age=1" } })`;
  assert.equal(
    (await siteOf(t, "", other).fetch("https://a.test/")).headers.get("strict-transport-security"),
    "max-age=31536000",
  );
  const missing = await siteOf(t, "", "404").fetch("https://a.test/");
  assert.deepEqual([missing.status, missing.headers.has("strict-transport-security")], [404, true]);
});

test("a script that has more to do calls it", async (t) => {
  const script = `import type { ResponseHook } from "lodestone";
import { hsts } from "lodestone/hsts";
const secure = hsts({ maxAge: 60 });
export default () => 204;
export const onResponse: ResponseHook = (response, request) => {
  response.headers.set("x-own", "1");
  secure(response, request);
};`;
  const s = site(join(folderWith(t, { "site.ts": script }).path, "site.ts"));
  t.after(() => s.close());
  const { headers } = await s.fetch("https://a.test/");
  assert.deepEqual([headers.get("x-own"), headers.get("strict-transport-security")], ["1", "max-age=60"]);
});

for (const [options, message] of [
  ["{ preload: true }", /hsts: preload needs includeSubDomains: true/],
  [
    "{ preload: true, includeSubDomains: true, maxAge: 31535999 }",
    /hsts: maxAge with preload must be 31536000 \(a year\) or more, got 31535999/,
  ],
  ["{ maxAge: -1 }", /hsts: maxAge must be whole seconds, 0 or more, got -1/],
  ["{ maxAge: 1.5 }", /hsts: maxAge must be whole seconds, 0 or more, got 1\.5/],
  ["{ maxAge: NaN }", /hsts: maxAge must be .* got NaN/],
  ['{ maxAge: "1y" as any }', /hsts: maxAge must be .* got 1y/],
  ['{ maxAge: "60; x" as any }', /hsts: maxAge must be /],
  ["{ includeSubDomains: 1 as any }", /hsts: includeSubDomains must be true or false, got 1/],
  ["{ preload: 'yes' as any }", /hsts: preload must be true or false, got yes/],
  ["{ includeSubdomains: true } as any", /hsts: there is no option "includeSubdomains"; there are maxAge/],
  ["null as any", /hsts: options must be an object, got null/],
  ["7 as any", /hsts: options must be an object, got 7/],
] as const) {
  test(`options that make no policy are an error at load: ${options}`, async (t) => {
    const response = await siteOf(t, options).fetch("https://a.test/");
    assert.equal(response.status, 503);
    assert.match(String(response.error), message);
  });
}

test("a real proxy behind a trusted one that speaks TLS sets it on what a backend answers", async (t) => {
  const server = createServer((_, response) => response.end("backend"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  await using lodestone = await startLodestone({
    config: `
workers: 1
proxies: { trusted: [127.0.0.1] }
sites:
  - hosts: ["*"]
    scripts: [site.ts]
    backend: "http://127.0.0.1:${(server.address() as { port: number }).port}"`,
    scripts: {
      "site.ts": `import { hsts } from "lodestone/hsts";\nexport const onResponse = hsts({ maxAge: 60 });\n`,
    },
  });
  const secured = await request(lodestone.address, { headers: { "X-Forwarded-Proto": "https" } });
  assert.deepEqual([secured.text, secured.headers["strict-transport-security"]], ["backend", "max-age=60"]);
  const plain = await request(lodestone.address);
  assert.equal(plain.headers["strict-transport-security"], undefined);
});

test("lodestone check knows the plugin and its types, and tells a slip in its name", async (t) => {
  const right = `import { hsts, type HstsOptions } from "lodestone/hsts";
const options: HstsOptions = { maxAge: 60 };
export const onResponse = hsts(options);
`;
  const wrong = right.replace("maxAge: 60", 'maxAge: "1y"');
  const slip = right.replace("lodestone/hsts", "lodestone/htst");
  const folder = folderWith(t, { "right.ts": right, "wrong.ts": wrong, "slip.ts": slip });
  const check = async (file: string) => {
    await using child = new Child(process.execPath, [LAUNCHER, "check", file], { cwd: folder.path });
    const { code, stdout, stderr } = await child.ended;
    return { code, text: stdout + stderr };
  };
  const good = await check("right.ts");
  assert.equal(good.code, 0, good.text);
  const bad = await check("wrong.ts");
  assert.notEqual(bad.code, 0);
  assert.match(bad.text, /wrong\.ts:2:\d+.*'string' is not assignable to type 'number'/);
  const mistyped = await check("slip.ts");
  assert.notEqual(mistyped.code, 0);
  assert.match(mistyped.text, /there is no module "lodestone\/htst"; did you mean "lodestone\/hsts"\?/);
});
