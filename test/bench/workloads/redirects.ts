import type { BenchRequest, Files, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { luaString } from "../wrk_script.ts";
import { moved } from "./redirects/moved.ts";
import { rules } from "./redirects/rules.ts";

const patterns = rules.map(([pattern, target]) => `  [${pattern}, ${JSON.stringify(target)}],\n`).join("");

/** The table and the rules as literals of each language. */
const javaScript = { moved: JSON.stringify(moved, undefined, 1), rules: `[\n${patterns}]` };
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
  njs: {
    "moved.js": `export default ${JSON.stringify(Object.fromEntries(moved))};\n`,
    "rules.js": `export default ${javaScript.rules};\n`,
  },
  nginx: luaModules(
    lines(rules, ([pattern, target]) => `  { [[${pattern.source}]], ${luaString(target)} },`),
  ),
  lighttpd: luaPatterns,
  haproxy: luaPatterns,
  apache: luaPatterns,
  bare: { "http.conf": nginxMap() },
};

/** A map of nginx looks in its table first, then at the patterns, one after the other. */
function nginxMap(): string {
  return `
map_hash_bucket_size 128;
map_hash_max_size 4096;
map $uri $moved {
${lines(moved, ([from, to]) => `  ${from} ${to};`)}
${lines(rules, ([pattern, target]) => `  "~${pattern.source}" "${target}";`)}
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
