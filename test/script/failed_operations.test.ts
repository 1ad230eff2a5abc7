import assert from "node:assert/strict";
import { test } from "node:test";
import { SiteHarness } from "./site_harness.ts";

const FAILING: Record<string, string> = {
  "a fetch": 'await fetch("https://not-allowed.example/")',
  "fetches side by side": 'await Promise.all([1, fetch("https://not-allowed.example/")])',
  "reading a body that is too large": "await request.text()",
  "reading a file that is too large": 'await readFile(site.root + "/large.txt")',
  "cryptography of the host": 'await subtle.generateKey({ ...RSA, modulusLength: 8192 }, false, ["sign"])',
};

for (const [what, code] of Object.entries(FAILING)) {
  test(`${what} that fails names the line of the script`, async (t) => {
    const site = await SiteHarness.start(
      t,
      `import { readFile, site } from "lodestone";
const { subtle } = crypto;
const RSA = { name: "RSA-PSS", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]) };
export default async (request) => {
  ${code};
};`,
      { limits: { body: 10 }, files: { "large.txt": "x".repeat(100) } },
    );
    await site.request("/", { method: "POST", body: "x".repeat(100) }).answer;
    const line = site.log.find(({ level }) => level === 50);
    assert.match(String(line?.at), /site\.ts:5:\d+: \w+: ./, JSON.stringify(line));
  });
}

test("what a DOMException says is in the log", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default () => { throw new DOMException("the message", "DataError"); };`,
  );
  await site.get("/");
  assert.match(site.logText(50), /they threw: DataError: the message/);
});

test("what a script's own signal gives as reason stays what it is", async (t) => {
  const site = await SiteHarness.start(
    t,
    `export default async (request) => {
       const reason = { a: 1 };
       const controller = new AbortController();
       const fetched = fetch(request, { signal: controller.signal });
       controller.abort(reason);
       return new Response(String(await fetched.catch((thrown) => thrown === reason)));
     };`,
  );
  assert.equal((await site.get("/")).text, "true");
});
