// Part of `npm pack`, behind tsc. Puts into core/bundle what a start would have to do each time: the supervisor and the
// worker in a few files instead of four hundred, of which Node needs a quarter of a millisecond each to find, check and
// link them; and the guest runtime, compiled.
import { rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { compileRuntime } from "../core/script/compile/compile_runtime.ts";

const CORE = fileURLToPath(new URL("../core", import.meta.url));
const BUNDLE = join(CORE, "bundle");
/** Programs by the file, as tsc has written it, that others start; each is replaced by an import of its bundle. */
const PROGRAMS = { worker: "worker.ts", main: "cli/main.ts" };

/** Modules find files of the package beside themselves: what they take for their own address stays what it was. */
const ownAddresses: Plugin = {
  name: "own-addresses",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const address = relative(BUNDLE, path).replace(/\.ts$/, ".js");
      const own = `new URL(${JSON.stringify(address)}, import.meta.url).href`;
      return { contents: text.replaceAll("import.meta.url", own), loader: "ts" };
    });
  },
};

rmSync(BUNDLE, { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(Object.entries(PROGRAMS).map(([name, path]) => [name, join(CORE, path)])),
  outdir: BUNDLE,
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node24",
  plugins: [ownAddresses],
  logLevel: "warning",
});
for (const [name, path] of Object.entries(PROGRAMS)) {
  const file = join(CORE, path.replace(/\.ts$/, ".js"));
  const bundle = relative(dirname(file), join(BUNDLE, `${name}.js`));
  writeFileSync(file, `import "${bundle.startsWith(".") ? bundle : `./${bundle}`}";\n`);
}
writeFileSync(join(BUNDLE, "runtime.json"), JSON.stringify(await compileRuntime()));
