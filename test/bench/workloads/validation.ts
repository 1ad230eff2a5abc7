import type { BenchRequest, Files, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { luaString } from "../wrk_script.ts";
import { checks } from "./validation/checks.ts";

const javaScript = `[\n${checks
  .map(([place, name, pattern]) => `  [${JSON.stringify(place)}, ${JSON.stringify(name)}, ${pattern}],\n`)
  .join("")}]`;

const luaModules = (pattern: (check: (typeof checks)[number]) => string): Files => ({
  "checks.lua": `return {\n${checks
    .map((check) => `  { ${luaString(check[0])}, ${luaString(check[1])}, ${pattern(check)} },\n`)
    .join("")}}\n`,
});
const luaPatterns = luaModules(([, , , lua]) => luaString(lua));

const modules: Record<string, Files> = {
  lodestone: {
    "checks.ts": `export const checks: ["query" | "header", string, RegExp][] = ${javaScript};\n`,
  },
  workerd: { "checks.js": `export const checks = ${javaScript};\n` },
  naive: { checks: `const checks = ${javaScript};\n` },
  njs: { "checks.js": `export default ${javaScript};\n` },
  nginx: luaModules(([, , pattern]) => luaString(pattern.source)),
  lighttpd: luaPatterns,
  haproxy: luaPatterns,
  apache: luaPatterns,
};

const parameters: Readonly<Record<string, string>> = {
  id: "5f18c2a97e",
  page: "12",
  size: "50",
  sort: "price_total",
  order: "desc",
  lang: "en",
  currency: "EUR",
  from: "2019-05-01",
  to: "2024-12-31",
  min: "9.99",
  max: "250",
  q: "red sand stone, polished",
  category: "stones-and-minerals",
  brand: "Miller & Sons",
  color: "#c0ffee",
  email: "jane.doe+shop@example.org",
  phone: "+49 (30) 1234-5678",
  zip: "SW1A-2AA",
  country: "GB",
  token: "eyJhbGciOiJIUzI1NiJ9_c2lnbmF0dXJl-0123456789",
  format: "json",
  callback: "shop.show",
};

const fields: Readonly<Record<string, string>> = {
  "accept-language": "en-GB,en;q=0.8,de;q=0.5",
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  referer: "https://www.example.org/stones/index.html",
  "x-api-version": "2.11",
  "x-client-id": "9F86D081-884C7D65",
  "x-trace": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "x-device": "desktop;width=1920",
  "x-timezone": "Europe/London",
};

const valid = (changed: Record<string, string>): BenchRequest => ({
  path: query(changed),
  headers: fields,
  body: "valid\n",
});

function invalid(name: string, request: { path?: string; headers?: Record<string, string> }): BenchRequest {
  return { path: query({}), headers: fields, ...request, status: 400, body: `invalid: ${name}\n` };
}

/** Percent-encoded throughout: what a plus sign means differs. */
function query(changed: Record<string, string>): string {
  const pairs = Object.entries({ ...parameters, ...changed });
  return `/search?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

/**
 * Half of the requests pass all 40 patterns; the others fail in the query, early or late, or in the last header field. VCL
 * and plain nginx sit it out, for they don't decode a query.
 */
export const validation: Workload = {
  name: "validation",
  title: "30 parameters and fields checked by 40 patterns",
  requests: [
    valid({}),
    valid({ page: "1", q: "grey granite", order: "asc", format: "xml" }),
    valid({ email: "john@mail.example.com", category: "tools", callback: "update" }),
    invalid("page", { path: query({ page: "012" }) }),
    invalid("email", { path: query({ email: "jane@doe@example.org" }) }),
    invalid("x-timezone", { headers: { ...fields, "x-timezone": "Europe/<b>" } }),
  ],
  programs: programsIn("validation", modules),
};
