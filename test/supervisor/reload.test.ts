import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import test from "node:test";
import { until } from "../support/until.ts";
import { ask, Supervised } from "./supervised.ts";

const answer = (text: string): string => `export default () => new Response(${JSON.stringify(text)});\n`;

test("a saved script is live within a second", async (t) => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("one") } });
  const url = await supervised.serving();
  assert.equal((await ask(url)).body, "one");
  const saved = performance.now();
  supervised.save("site.ts", answer("two"));
  await until("the new version answers", async () => (await ask(url)).body === "two", { every: 2 });
  const milliseconds = performance.now() - saved;
  t.diagnostic(`live ${Math.round(milliseconds)} ms after the save`);
  assert.ok(milliseconds < 1000, `live after ${milliseconds} ms`);
  const line = await supervised.logged("script reloaded");
  assert.deepEqual([line.site, line.version], ["site", 2]);
});

test("an imported file counts, also one that only the new version imports", async () => {
  await using supervised = new Supervised({
    scripts: {
      "site.ts": `import { text } from "./lib/text.ts";\nexport default () => new Response(text);\n`,
      "lib/text.ts": `export const text = "one";\n`,
    },
  });
  const url = await supervised.serving();
  supervised.save("other/more.ts", `export const more = "two";\n`);
  supervised.save("lib/text.ts", `import { more } from "../other/more.ts";\nexport const text = more;\n`);
  await until("two", async () => (await ask(url)).body === "two");
  supervised.save("other/more.ts", `export const more = "three";\n`);
  await until("three", async () => (await ask(url)).body === "three");
});

test("a file put in place by renaming counts", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("one") } });
  const url = await supervised.serving();
  for (const text of ["two", "three"]) {
    const fresh = supervised.folder.write("site.ts.tmp", answer(text));
    renameSync(fresh, `${supervised.folder.path}/site.ts`);
    await until(text, async () => (await ask(url)).body === text);
  }
});

test("a version that does not compile leaves the old one serving and is logged with line and caret", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("one") } });
  const url = await supervised.serving();
  supervised.save("site.ts", "export default () => {\n  retrun 1;\n};");
  const line = await supervised.logged("script does not compile");
  assert.equal(line.level, 50);
  assert.equal(line.serving, 1);
  const [fault] = line.faults as string[];
  assert.match(fault!, /\/site\.ts:2:10: .*\n {4}retrun 1;\n {11}\^$/);
  assert.equal((await ask(url)).body, "one");

  supervised.save("site.ts", answer("two"));
  await until("the corrected version answers", async () => (await ask(url)).body === "two");
});

test("an import that is missing is noticed when it comes", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("one") } });
  const url = await supervised.serving();
  supervised.save(
    "site.ts",
    `import { text } from "./new/text";\nexport default () => new Response(text);\n`,
  );
  await supervised.logged("script does not compile");
  supervised.save("new/text.ts", `export const text = "two";\n`);
  await until("the version is complete", async () => (await ask(url)).body === "two");
});

test("no request fails while versions change", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("0") } });
  const url = await supervised.serving();
  const bodies = new Set<string>();
  let asking = true;
  const asked = (async () => {
    while (asking) {
      const { status, body } = await ask(url);
      assert.equal(status, 200);
      bodies.add(body);
    }
  })();
  for (const text of ["1", "2", "3"]) {
    supervised.save("site.ts", answer(text));
    await until(text, () => bodies.has(text));
  }
  asking = false;
  await asked;
  assert.equal((await supervised.stop()).code, 0);
});

test("SIGHUP compiles and loads every script again", async () => {
  await using supervised = new Supervised({
    scripts: { "site.ts": "let n = 0;\nexport default () => new Response(String(++n));\n" },
    config: { workers: 1 },
  });
  const url = await supervised.serving();
  assert.equal((await ask(url)).body, "1");
  assert.equal((await ask(url)).body, "2");
  supervised.child.process.kill("SIGHUP");
  await supervised.logged("reloaded");
  await until("the new worker answers", async () => (await ask(url)).body === "1");
});

test("a worker that starts after a failed save serves the last good version", async () => {
  await using supervised = new Supervised({ scripts: { "site.ts": answer("one") }, config: { workers: 1 } });
  const url = await supervised.serving();
  supervised.save("site.ts", answer("two"));
  await supervised.logged("script reloaded");
  supervised.save("site.ts", "export default (");
  await supervised.logged("script does not compile");
  process.kill(supervised.workers()[0]!, "SIGKILL");
  assert.equal((await ask(url)).body, "two");
});
