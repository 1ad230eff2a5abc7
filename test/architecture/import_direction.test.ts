import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Needs nothing but the language; every layer may import it. */
const FOR_ALL = "collections";

/**
 * Which layers of core each layer may import, besides itself. A layer is a folder of core, or `worker` for
 * `core/worker.ts`. DESIGN.md, "Layout": layers point one way.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  [FOR_ALL]: [],
  http: [],
  config: [],
  files: ["http"],
  state: ["http", "config"],
  observe: ["http", "config"],
  backend: ["http", "config", "files", "state", "observe"],
  front: ["http", "config", "files", "state", "observe"],
  script: ["http", "config", "files", "state", "observe", "runtime"],
  inspect: ["http", "config", "script"],
  exchange: ["http", "config", "files", "state", "observe", "backend", "front", "script"],
  worker: [
    "http",
    "config",
    "files",
    "state",
    "observe",
    "backend",
    "front",
    "script",
    "exchange",
    "inspect",
    "supervisor",
  ],
  supervisor: ["http", "config", "files", "state", "observe", "script"],
  testing: ["http", "config", "files", "state", "observe", "backend", "front", "script", "exchange"],
  cli: ["http", "config", "files", "state", "observe", "script", "supervisor", "testing"],
  runtime: [],
};

/** Across a boundary of processes or isolates only the shapes of what crosses it are wanted. */
const typeOnly = new Set(["worker -> supervisor", "script -> runtime"]);

/** Packages that the guest's chunks contain: they need nothing but the language. */
const BUNDLED = new Set(["cookie", "urlpattern-polyfill/urlpattern", "web-streams-polyfill"]);

/** Lines. A concept that needs more is more than one. */
const LONGEST_FILE = 320;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const IMPORT =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

function importsOf(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    specifier: (match[2] ?? match[3])!,
    typeOnly: match[1] !== undefined,
  }));
}

function sources(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|js)$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

/** The layer of a file in core, undefined for a file elsewhere. */
function layerOf(path: string): string | undefined {
  const [top, second] = relative(root, path).split(sep);
  return top === "core" ? second?.replace(/\.(ts|js)$/, "") : undefined;
}

/** What is wrong with one import of one file, undefined when nothing is. */
function violation(file: string, { specifier, typeOnly: onlyTypes }: Import): string | undefined {
  const from = layerOf(join(root, file))!;
  if (!specifier.startsWith(".")) {
    if (from !== "runtime" || BUNDLED.has(specifier)) return undefined;
    return `${file} imports "${specifier}": guest code runs in a bare isolate`;
  }
  const target = resolve(root, dirname(file), specifier);
  const to = layerOf(target);
  if (to === undefined) return `${file} imports ${specifier}, which is outside of core`;
  if (to === from || to === FOR_ALL || (allowed[from]?.includes(to) && !typeOnly.has(`${from} -> ${to}`)))
    return undefined;
  if (typeOnly.has(`${from} -> ${to}`)) {
    return onlyTypes ? undefined : `${file}: ${from} may import only types of ${to}`;
  }
  return `${file}: ${from} must not import ${to} (${specifier})`;
}

test("imports are found in every form they are written in", () => {
  const text = [
    'import "a";',
    'import b from "b";',
    'import { c,\n  type d } from "c";',
    'import type { e } from "./e.ts";',
    'export * from "./f.ts";',
    'export { g } from "./g.ts";',
    'const h = await import("h");',
    'const text = "import nothing";',
  ].join("\n");
  const found = importsOf(text);
  assert.deepEqual(
    found.map(({ specifier }) => specifier),
    ["a", "b", "c", "./e.ts", "./f.ts", "./g.ts", "h"],
  );
  assert.deepEqual(
    found.filter((each) => each.typeOnly).map(({ specifier }) => specifier),
    ["./e.ts"],
  );
});

test("a wrong import is told from a right one", () => {
  const at = (file: string, specifier: string, typeOnly = false) => violation(file, { specifier, typeOnly });
  assert.equal(at("core/files/a.ts", "../http/b.ts"), undefined);
  assert.match(at("core/http/a.ts", "../files/b.ts")!, /http must not import files/);
  assert.match(at("core/script/a.ts", "../front/b.ts")!, /script must not import front/);
  assert.match(at("core/runtime/a.ts", "node:fs")!, /bare isolate/);
  assert.match(at("core/runtime/a.ts", "../http/b.ts")!, /runtime must not import http/);
  assert.match(at("core/cli/a.ts", "../../plugins/b.ts")!, /outside of core/);
  assert.match(at("core/worker.ts", "./supervisor/messages.ts")!, /only types/);
  assert.equal(at("core/worker.ts", "./supervisor/messages.ts", true), undefined);
});

test("layers of core import only those below them", () => {
  const files = sources("core");
  assert.ok(files.length > 0);
  const wrong = files.flatMap((file) =>
    importsOf(readFileSync(join(root, file), "utf8")).flatMap((each) => violation(file, each) ?? []),
  );
  assert.deepEqual(wrong, []);
});

test("every folder of core is in the table of layers", () => {
  const folders = readdirSync(join(root, "core"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  assert.deepEqual(
    folders.filter((name) => !(name in allowed)),
    [],
  );
});

test("plugins import only the guest's modules and each other", () => {
  const wrong = sources("plugins").flatMap((file) =>
    importsOf(readFileSync(join(root, file), "utf8"))
      .filter(({ specifier }) => !/^(\.|lodestone(\/|$))/.test(specifier) || leaves(file, specifier))
      .map(({ specifier }) => `${file} imports "${specifier}"`),
  );
  assert.deepEqual(wrong, []);
});

/** Whether a relative import ends outside of the plugins' folder. */
function leaves(file: string, specifier: string): boolean {
  if (!specifier.startsWith(".")) return false;
  return !relative(root, resolve(root, dirname(file), specifier)).startsWith(`plugins${sep}`);
}

test("every folder of core says in a README.md what lives there", () => {
  const missing = readdirSync(join(root, "core"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !existsSync(join(root, "core", entry.name, "README.md")))
    .map((entry) => entry.name);
  assert.deepEqual(missing, []);
});

test(`no file of core is longer than ${LONGEST_FILE} lines`, () => {
  const long = sources("core")
    .filter((file) => !file.endsWith(".d.ts"))
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > LONGEST_FILE);
  assert.deepEqual(long, []);
});
