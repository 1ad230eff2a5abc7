import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import ivm from "isolated-vm";
import type { SiteConfig } from "../../../core/config/config.ts";
import { compileSite } from "../../../core/script/compile/compile_site.ts";
import type { CompiledSite } from "../../../core/script/compile/compiled_site.ts";
import { bundleFileName, RUNTIME_FILE_NAME, wrapBundle } from "../../../core/script/compile/wrap_bundle.ts";
import { ErrorMapper } from "../../../core/script/failure/error_location.ts";
import { guestStack } from "../../../core/script/failure/guest_error.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

const SCRIPT = `import { fail } from "./lib.ts";
interface Unused {
  readonly x: number;
}
export default (what: string): number => {
  if (what === "here") throw new TypeError("thrown here");
  const grüße: Unused = { x: fail(what) };
  return grüße.x;
};
`;
const LIBRARY = `export type Kind = "a";

export function fail(what: string): number {
  throw new RangeError(\`failed: \${what}\`);
}
`;

async function compiled(t: TestContext, files: Record<string, string>, name = "example.org") {
  const folder = new TemporaryFolder("error-location");
  t.after(() => folder[Symbol.dispose]());
  for (const [file, text] of Object.entries(files)) folder.write(file, text);
  const site = { name, scripts: [folder.write("site.ts", files["site.ts"]!)] } as unknown as SiteConfig;
  return { folder, compiled: await compileSite(site, 1) };
}

/** The stack of what the handler of the first script throws in a real isolate, as the host gets it. */
function thrown(t: TestContext, site: CompiledSite, what: string): string {
  const isolate = new ivm.Isolate({ memoryLimit: 32 });
  t.after(() => isolate.dispose());
  const context = isolate.createContextSync();
  const runtime = `(bundle, what) => {
    const module = { exports: {} };
    bundle(module.exports, () => ({}), module);
    const handler = module.exports.scripts[0].default;
    return handler(what);
  }`;
  try {
    const load = isolate
      .compileScriptSync(runtime, { filename: RUNTIME_FILE_NAME })
      .runSync(context, { reference: true }) as ivm.Reference;
    const bundle = isolate
      .compileScriptSync(wrapBundle(site.code), { filename: bundleFileName(site.site) })
      .runSync(context, { reference: true }) as ivm.Reference;
    load.applySync(undefined, [bundle.derefInto(), what]);
  } catch (error) {
    return guestStack(error);
  }
  return assert.fail("nothing was thrown");
}

test("an error is located at the line of TypeScript that threw it", async (t) => {
  const { folder, compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const mapper = new ErrorMapper(site);
  assert.deepEqual(mapper.locate(thrown(t, site, "here")), {
    file: `${folder.path}/site.ts`,
    line: 6,
    column: 30,
    message: "TypeError: thrown here",
    excerpt: '  if (what === "here") throw new TypeError("thrown here");',
  });
  const inLibrary = mapper.locate(thrown(t, site, "there"));
  assert.deepEqual([inLibrary?.file, inLibrary?.line], [`${folder.path}/lib.ts`, 4]);
});

test("the excerpt is the line that ran, even when the file has changed since", async (t) => {
  const { folder, compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const stack = thrown(t, site, "there");
  folder.write("lib.ts", "// rewritten\n".repeat(10));
  assert.equal(new ErrorMapper(site).locate(stack)?.excerpt, LIBRARY.split("\n")[3]);
});

test("a mapped stack shows the author's frames and nothing of ours", async (t) => {
  const { folder, compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const stack = thrown(t, site, "there");
  assert.match(stack, /lodestone:runtime/);
  assert.deepEqual(new ErrorMapper(site).mapStack(stack).split("\n"), [
    "RangeError: failed: there",
    `    at fail (${folder.path}/lib.ts:4:9)`,
    `    at site_default (${folder.path}/site.ts:7:30)`,
  ]);
});

test("what V8 refuses only when it loads the bundle is located too", async (t) => {
  const { folder, compiled: site } = await compiled(t, {
    "site.ts": "interface Unused {}\nexport default () =>\n  /(/.test('');\n",
  });
  const mapper = new ErrorMapper(site);
  const stack = thrown(t, site, "");
  assert.match(stack, /\[lodestone:\/\/\/example\.org:/);
  assert.deepEqual(mapper.locate(stack), {
    file: `${folder.path}/site.ts`,
    line: 3,
    column: 3,
    message: "SyntaxError: Invalid regular expression: /(/: Unterminated group",
    excerpt: "  /(/.test('');",
  });
  assert.equal(
    mapper.mapStack(stack),
    `SyntaxError: Invalid regular expression: /(/: Unterminated group [${folder.path}/site.ts:3:3]`,
  );
});

test("an error in a package is located where the site's own code called it", async (t) => {
  const { folder, compiled: site } = await compiled(t, {
    "site.ts": `import { fail } from "lib";\n\nexport default () => fail("x");\n`,
    "node_modules/lib/package.json": `{ "name": "lib", "module": "lib.ts" }`,
    "node_modules/lib/lib.ts": LIBRARY,
  });
  const fault = new ErrorMapper(site).locate(thrown(t, site, ""));
  assert.deepEqual([fault?.file, fault?.line], [`${folder.path}/site.ts`, 3]);
});

test("a site's name may hold a star", async (t) => {
  const { compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY }, "*.example.org");
  assert.equal(new ErrorMapper(site).locate(thrown(t, site, "here"))?.line, 6);
});

for (const path of ["sité #1/sìte.ts", "what?/100%.ts", "a%20b/a b.ts"]) {
  test(`an error in ${path} is located by its real path, with the line that threw it`, async (t) => {
    using folder = new TemporaryFolder("error-location");
    const file = folder.write(path, "export default () => {\n  throw new Error('x');\n};\n");
    const site = await compileSite({ name: "a.test", scripts: [file] } as unknown as SiteConfig, 1);
    const mapper = new ErrorMapper(site);
    const stack = thrown(t, site, "");
    const fault = mapper.locate(stack);
    assert.deepEqual([fault?.file, fault?.line, fault?.excerpt], [file, 2, "  throw new Error('x');"]);
    assert.ok(mapper.mapStack(stack).includes(`${file}:2:9`));
  });
}

test("a path that is no UTF-8 does not keep an error from being told", async (t) => {
  const { compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const sourceMap = site.sourceMap.replaceAll("site.ts", "%FF.ts");
  assert.match(
    new ErrorMapper({ ...site, sourceMap }).mapStack(thrown(t, site, "here")),
    /\/\ufffd\.ts:6:30\)/,
  );
});

test("a text with stacks in it keeps everything but the frames of the runtime", async (t) => {
  const { folder, compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const place = /lodestone:\/\/\/example\.org:\d+:\d+/.exec(thrown(t, site, "here"))![0];
  const stack = (name: string) =>
    `${name}: thrown\n    at site_default (${place})\n    at Turn.#run (lodestone:runtime:1:2)\n    at async lodestone:runtime:3:4`;
  const boundary = "    at (<isolated-vm boundary>)\n    at file:///x.ts:1:1";
  const text = `a ${stack("Error")} b ${stack("TypeError")} { x: 1 }\nlast\n${boundary}\n  (lodestone:runtime:1:2)`;
  const mapped = `thrown\n    at site_default (${folder.path}/site.ts:6:30)`;
  assert.equal(
    new ErrorMapper(site).mapText(text),
    `a Error: ${mapped} b TypeError: ${mapped} { x: 1 }\nlast\n${boundary}\n  (lodestone:runtime:1:2)`,
  );
});

test("a text is mapped wherever a position stands in its lines", async (t) => {
  const { folder, compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const mapper = new ErrorMapper(site);
  const place = /lodestone:\/\/\/example\.org:\d+:\d+/.exec(thrown(t, site, "here"))![0];
  const mapped = `${folder.path}/site.ts:6:30`;
  for (const [before, after] of [
    ["    at eval (eval at f (", "), <anonymous>:1:1)"],
    ["{ e: Error: x\n    at f (", "), y: 2 }"],
    ['{"stack":"Error: x\\n    at f (', ')"}'],
    ["", ""],
    [`\u001b[1m${"line\n".repeat(200)}${"x".repeat(20_000)}`, ": told"],
  ]) {
    assert.equal(mapper.mapText(`${before}${place}${after}`), `${before}${mapped}${after}`);
  }
});

test("frames in other files are not in the script's source", async (t) => {
  const { compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const mapper = new ErrorMapper(site);
  const stack =
    "Error: x\n    at f (lodestone:///example.org.evil:5:1)\n    at g (file:///x.ts:1:1)\n    at <anonymous>";
  assert.equal(mapper.locate(stack), undefined);
  assert.equal(mapper.mapStack(stack), stack);
});

test("a stack made by a script can be anything and does no harm", async (t) => {
  const { compiled: site } = await compiled(t, { "site.ts": SCRIPT, "lib.ts": LIBRARY });
  const mapper = new ErrorMapper(site);
  const frame = "    at f (lodestone:///example.org:";
  const hostile = [
    undefined,
    null,
    42,
    { toString: () => assert.fail("called") },
    "",
    "\n".repeat(1e6),
    `Error\n${`${frame}9:9)\n`.repeat(1e5)}`,
    `${frame}999999999:1)`,
    `${frame}0:0)`,
    `${frame}1:1)`,
    `${frame}-1:-1)`,
    `${frame}99999999999999999999:1)`,
    `${frame}6:999999999)`,
    `${frame}${"9:".repeat(1e5)}`,
    `${"(".repeat(1e5)}${frame}6:1)`,
    "Error: \x1b[2J\x00\u009b",
  ];
  const began = process.cpuUsage();
  for (const stack of hostile) {
    const fault = mapper.locate(stack);
    if (fault !== undefined) assert.ok(fault.line >= 1 && fault.line <= 10 && fault.column >= 1);
    const mapped = mapper.mapStack(stack);
    assert.ok(mapped.length <= 50_000);
    assert.doesNotMatch(mapped, /[\x00-\x08\x1b\x9b]/);
  }
  assert.ok(process.cpuUsage(began).user < 1_000_000);
});
