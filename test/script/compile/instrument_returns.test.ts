import assert from "node:assert/strict";
import { SourceMap } from "node:module";
import { test } from "node:test";
import { Script } from "node:vm";
import type { SiteConfig } from "../../../core/config/config.ts";
import { compileSite } from "../../../core/script/compile/compile_site.ts";
import { instrumentReturns } from "../../../core/script/compile/instrument_returns.ts";
import { wrapBundle } from "../../../core/script/compile/wrap_bundle.ts";
import { ErrorMapper } from "../../../core/script/failure/error_location.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";

type Handler = (...values: unknown[]) => unknown;

/** Loads a script as an isolate would, and takes down what its returns tell. */
async function load(files: Readonly<Record<string, string>>) {
  const folder = new TemporaryFolder("returns");
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  const site = { name: "a.test", scripts: [`${folder.path}/site.ts`] } as unknown as SiteConfig;
  const plain = await compileSite(site, 1);
  const compiled = await compileSite(site, 1, { returns: true });
  const told: { readonly of: number; readonly place: string; readonly value: unknown }[] = [];
  const returned = (of: number, number: number, value: unknown) => {
    told.push({ of, place: compiled.returns![number]!.replace(`${folder.path}/`, ""), value });
    return value;
  };
  const run = new Script(wrapBundle(compiled.code)).runInThisContext() as Handler;
  const module = { exports: {} as { scripts: { default: Handler }[] } };
  run(module.exports, (name: string) => (name === "lodestone:returned" ? returned : undefined), module);
  const handler = module.exports.scripts[0]!.default;
  return { folder, plain, compiled, told, handler };
}

test("each way of returning tells its place in TypeScript", async () => {
  const source = `interface Unused {
  readonly a: string;
}
const arrow = (a: number): number => a + 1;
const object = () => ({ a: 1 });
const sequence = (a: number) => (a++, a);
const nested = () => (b: number) => b;
class Shape {
  get area(): number { return 4; }
  static make() {
    return new Shape();
  }
  *parts() { yield 1; return "done"; }
}
async function later(value: unknown) {
  return await value;
}
function nothing(value: boolean) {
  if (value) return;
}
export default (what: string): unknown => {
  const of: Record<string, () => unknown> = {
    arrow: () => arrow(1), object, sequence: () => sequence(1), nested: () => nested()(7),
    getter: () => new Shape().area, method: Shape.make, generator: () => [...new Shape().parts()],
    later: () => later(5), nothing: () => nothing(true), end: () => nothing(false),
  };
  const run = of[what]!;
  return (
    // What is asked for.
    run()
  );
};
`;
  const { handler, told, folder } = await load({ "site.ts": source });
  using _ = folder;
  const places = async (what: string) => {
    told.length = 0;
    await handler(what);
    return told.map(({ place }) => place);
  };
  assert.deepEqual(await places("arrow"), ["site.ts:4:38", "site.ts:23:18", "site.ts:28:3"]);
  assert.deepEqual(await places("object"), ["site.ts:5:23", "site.ts:28:3"]);
  assert.deepEqual(await places("sequence"), ["site.ts:6:34", "site.ts:23:52", "site.ts:28:3"]);
  assert.deepEqual(await places("nested"), ["site.ts:7:22", "site.ts:7:37", "site.ts:23:79", "site.ts:28:3"]);
  assert.deepEqual(await places("getter"), ["site.ts:9:24", "site.ts:24:19", "site.ts:28:3"]);
  assert.deepEqual(await places("method"), ["site.ts:11:5", "site.ts:28:3"]);
  assert.deepEqual(await places("generator"), ["site.ts:13:23", "site.ts:24:74", "site.ts:28:3"]);
  assert.deepEqual(await places("later"), ["site.ts:25:18", "site.ts:28:3", "site.ts:16:3"]);
  assert.deepEqual(await places("nothing"), ["site.ts:19:14", "site.ts:25:43", "site.ts:28:3"]);
  assert.deepEqual(await places("end"), ["site.ts:25:69", "site.ts:28:3"]);
});

test("values, this, arguments and names are what they were", async () => {
  const { handler, folder } = await load({
    "site.ts": `const object = { n: 3, m() { return this.n + arguments.length; } };
class A { constructor(readonly n: number) {} who() { return "A" + this.n; } }
class B extends A { who() { return super.who() + "B"; } }
const named = () => 1;
const sum = (a: number, b: number) => a + b
const after = [1, 2].map((x) => x * 2)
export default () => { return [object.m(1, 2), new B(4).who(), named.name, sum(1, 2), after, (() => function () {})().name, (() => void 0)()] };`,
  });
  using _ = folder;
  assert.deepEqual(handler(), [5, "A4B", "named", 3, [2, 4], "", undefined]);
});

test("a function's own number is the least in its text, and packages tell nothing", async () => {
  const { handler, told, folder } = await load({
    "site.ts": `import { pick } from "picker";
export default function (x: number) {
  const inner = () => 1;
  const second = (y = () => 2) => { return y(); };
  if (x === 0) return inner();
  return pick(second);
}`,
    "node_modules/picker/package.json": `{ "name": "picker", "main": "index.js" }`,
    "node_modules/picker/index.js": "export const pick = (f) => { return f(); };",
  });
  using _ = folder;
  assert.equal(handler(1), 2);
  const numbers = [...handler.toString().matchAll(/\/\*@(\d+)\*\//g)].map(([, number]) => Number(number));
  assert.equal(Math.min(...numbers), told.at(-1)!.of);
  assert.deepEqual(
    told.map(({ place }) => place),
    ["site.ts:4:29", "site.ts:4:37", "site.ts:6:3"],
  );
});

test("errors and the source map tell the same places as without", async () => {
  const lines = ["const a = (x: any) => x.b.c; const b = () => a({}); const c = () => { return b(); };"];
  for (let i = 0; i < 30; i++)
    lines.push(`const f${i} = (x: number) => { if (x > ${i}) return x; return a(c()); };`);
  lines.push(`export default () => { return f0(${-1}); };`);
  const { handler, plain, compiled, folder } = await load({ "site.ts": lines.join("\n") });
  using _ = folder;
  const mapper = new ErrorMapper(compiled);
  let stack = "";
  try {
    handler();
  } catch (error) {
    stack = (error as Error).stack!.replaceAll("evalmachine.<anonymous>", "lodestone:///a.test");
  }
  const mapped = mapper.mapStack(stack).replaceAll(`${folder.path}/`, "");
  assert.match(
    mapped,
    /at a \(site\.ts:1:27\)\n.*at b \(site\.ts:1:46\)\n.*at c \(site\.ts:1:78\)\n.*site\.ts:2:59\)/,
  );
  // Every mapping is there still, on the same lines, and points at the same text.
  const before = new SourceMap(JSON.parse(plain.sourceMap));
  const after = new SourceMap(JSON.parse(compiled.sourceMap));
  const wrapped = compiled.code.split("\n");
  for (const [line, text] of plain.code.split("\n").entries()) {
    for (let column = 0; column < text.length; column++) {
      const entry = before.findEntry(line, column);
      if (!("originalSource" in entry) || entry.generatedColumn !== column || entry.generatedLine !== line)
        continue;
      const word = /^\w*/.exec(text.slice(column))![0];
      const found = [...wrapped[line]!.matchAll(new RegExp(`(?<!\\w)${word}`, "g"))].some(({ index }) => {
        const other = after.findEntry(line, index);
        return (
          "originalSource" in other &&
          other.generatedColumn === index &&
          other.originalLine === entry.originalLine &&
          other.originalColumn === entry.originalColumn
        );
      });
      assert.ok(found || word === "", `${line}:${column} ${text.slice(column, column + 20)}`);
    }
  }
});

test("code that is nested too deep for the parser stays as it is", () => {
  const code = `"use strict";\nvar deep = ${"(() => ".repeat(9000)}1${")()".repeat(9000)};\n`;
  const sourceMap = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
  assert.deepEqual(instrumentReturns(code, sourceMap), { code, sourceMap, returns: [] });
});

test("a long expression is nothing special", async () => {
  const { handler, told, folder } = await load({
    "site.ts": `const text = ${Array.from({ length: 800 }, (_, i) => `"${i % 10}"`).join(" + ")};\nexport default () => text.length;`,
  });
  using _ = folder;
  assert.equal(handler(), 800);
  assert.equal(told.at(-1)!.place, "site.ts:2:22");
});
