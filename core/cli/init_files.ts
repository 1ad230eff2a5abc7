/** What `lodestone init` has to know of a folder. */
export interface InitSettings {
  /** Of the package. */
  readonly name: string;
  /** Path of the installed Lodestone, relative to the folder or absolute. */
  readonly home: string;
  /** Which Lodestone the package depends on. */
  readonly version: string;
}

const CONFIG = `listen: 127.0.0.1:8080
sites:
  - scripts: ./site.ts
    root: ./www
    # backend: app

# backends:
#   app: http://127.0.0.1:3000
`;

const SCRIPT = `import type { Handler } from "lodestone";

/** Asked about every request. Whoever returns nothing leaves it to the proxy: the file in www, else 404. */
const handler: Handler = (request) => {
  if (request.path.startsWith("/old/")) {
    return Response.redirect(\`/\${request.path.slice("/old/".length)}\`, 301);
  }
  if (request.path === "/hello") return new Response("Hello\\n");
};
export default handler;
`;

const TEST = `import assert from "node:assert/strict";
import test from "node:test";
import { site } from "lodestone/test";

const here = site("./site.ts", { root: "./www" });

test("an old address leads to the new one", async () => {
  const response = await here.fetch("/old/page");
  assert.equal(response.status, 301);
  assert.equal(response.headers.get("location"), "/page");
});

test("the script answers", async () => {
  const response = await here.fetch("/hello");
  assert.equal(await response.text(), "Hello\\n");
});

test("all else are files", async () => {
  const response = await here.fetch("/");
  assert.equal(response.status, 200);
  assert.equal(response.escalated?.to, "file");
});
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>It works</title>
<h1>It works</h1>
<p>This is <code>www/index.html</code>. <a href="/hello">/hello</a> is answered by <code>site.ts</code>.
</html>
`;

const IGNORED = `node_modules/
.env
`;

/** The files by their paths, in the order in which they are told of. */
export function siteFiles({ name, home, version }: InitSettings): Record<string, string> {
  return {
    // The first line is for editors: completion and checks of the configuration.
    "lodestone.yaml": `# yaml-language-server: $schema=${home}/conf/lodestone.schema.json\n${CONFIG}`,
    "site.ts": SCRIPT,
    "site.test.ts": TEST,
    "www/index.html": PAGE,
    "tsconfig.json": json({ compilerOptions: compilerOptions(home), exclude: ["node_modules"] }),
    "package.json": json({
      name,
      private: true,
      type: "module",
      scripts: { start: "lodestone serve", test: "lodestone test", check: "lodestone check" },
      dependencies: { lodestone: version },
    }),
    ".gitignore": IGNORED,
  };
}

/** What the isolate has, and how scripts are compiled: no DOM, no Node. */
function compilerOptions(home: string): object {
  return {
    target: "esnext",
    lib: ["esnext"],
    module: "preserve",
    moduleResolution: "bundler",
    moduleDetection: "force",
    types: [`${home}/core/runtime/lodestone.d.ts`, `${home}/core/testing/lodestone_test.d.ts`],
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    erasableSyntaxOnly: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    noEmit: true,
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
