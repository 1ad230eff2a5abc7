import type { BenchRequest, Files, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { luaString } from "../wrk_script.ts";
import { moved } from "./redirects/moved.ts";
import { rules } from "./redirects/rules.ts";

const rulesInJavaScript = `[\n${lines(rules, ([pattern, target]) => `  [${pattern}, ${JSON.stringify(target)}],`)}\n]`;

/** The table and the rules as literals of each language. */
const javaScript = { moved: JSON.stringify(moved, undefined, 1), rules: rulesInJavaScript };
const luaMoved = lines(moved, ([from, to]) => `  [${luaString(from)}] = ${luaString(to)},`);
const luaModules = (rows: string): Files => ({
  "moved.lua": `return {\n${luaMoved}\n}\n`,
  "rules.lua": `return {\n${rows}\n}\n`,
});
const luaPatterns = luaModules(
  lines(rules, ([, target, lua]) => `  { ${luaString(lua)}, ${luaString(target.replaceAll("$", "%"))} },`),
);

const modules: Record<string, Files> = {
  lodestone: {
    "moved.ts": `export const moved: [string, string][] = ${javaScript.moved};\n`,
    "rules.ts": `export const rules: [RegExp, string][] = ${javaScript.rules};\n`,
  },
  workerd: {
    "moved.js": `export const moved = ${javaScript.moved};\n`,
    "rules.js": `export const rules = ${javaScript.rules};\n`,
  },
  naive: { moved: `const moved = ${javaScript.moved};\n`, rules: `const rules = ${javaScript.rules};\n` },
  // Each request gets a virtual machine that runs the modules from their begin: a table of a thousand lines would be made anew
  // each time, so it belongs into nginx's own.
  njs: { "http.conf": nginxMap(false), "rules.js": `export default ${javaScript.rules};\n` },
  nginx: luaModules(
    lines(rules, ([pattern, target]) => `  { [[${pattern.source}]], ${luaString(target)} },`),
  ),
  lighttpd: luaPatterns,
  haproxy: luaPatterns,
  apache: luaPatterns,
  bare: { "http.conf": nginxMap(true) },
};

/** A map of nginx looks in its table first, then at the patterns, one after the other. */
function nginxMap(withPatterns: boolean): string {
  const patterns = lines(rules, ([pattern, target]) => `  "~${pattern.source}" "${target}";`);
  return `
map_hash_bucket_size 128;
map_hash_max_size 4096;
map $uri $moved {
${lines(moved, ([from, to]) => `  ${from} ${to};`)}
${withPatterns ? patterns : ""}
}
`;
}

function vclOfMoved(): string {
  const table = moved.map(([from, to]) => `if (req.url == "${from}") { set req.http.X-Location = "${to}"; }`);
  const patterns = rules.map(([pattern, target]) => {
    const replacement = target.replace(/\$(?=\d)/g, "\\");
    return `if (req.url ~ "${pattern.source}") { set req.http.X-Location = regsub(req.url, "${pattern.source}", "${replacement}"); }`;
  });
  return `sub moved {\n${[...table, ...patterns].join("\nelse ")}\n}\n`;
}

function lines<T>(items: readonly T[], line: (item: T) => string): string {
  return items.map(line).join("\n");
}

const redirected = (path: string, location: string): BenchRequest => ({
  path,
  status: 301,
  answerHeaders: { location },
  body: "",
});

const programs = programsIn("redirects", modules);

/** A table of 1,000 paths, then 20 patterns: half of the requests end in the table, a few at a pattern, a few go through all. */
export const redirects: Workload = {
  name: "redirects",
  title: "1,000 redirects and 20 patterns",
  requests: [
    ...[0, 250, 500, 750, 999].map((i) => redirected(...moved[i]!)),
    redirected("/2019/05/some-title", "/blog/some-title"),
    redirected("/docs/http/caching.html", "/manual/http/caching"),
    redirected("/m/about", "/about?view=small"),
    { path: "/library/granite/", body: "not moved\n" },
    { path: "/articles/2024/stone-walls-7.html", body: "not moved\n" },
  ],
  programs: { ...programs, varnish: { config: vclOfMoved() + programs.varnish!.config } },
};
