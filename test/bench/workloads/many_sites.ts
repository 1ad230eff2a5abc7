import type { SiteProgram, Workload } from "../bench_server.ts";

/** So many sites, each with a script of its own that says which one it is, asked in random order. */
export function sitesOf(count: number): Workload {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const host = (i: number): string => `s${i}.test`;
  const sites = (program: (i: number) => SiteProgram): Record<string, SiteProgram> =>
    Object.fromEntries(numbers.map((i) => [host(i), program(i)]));
  const nothing = "export default () => 404;\n";
  return {
    name: "many_sites",
    title: `${count} sites with a script each, in random order`,
    requests: shuffled(numbers).map((i) => ({ path: "/", headers: { Host: host(i) }, body: `site ${i}` })),
    programs: {
      lodestone: {
        script: nothing,
        sites: sites((i) => ({ script: `export default () => new Response("site ${i}");\n` })),
      },
      lighttpd: {
        script: "return 404\n",
        sites: sites((i) => ({
          script: `
local r = lighty.r
r.resp_body.set("site ${i}")
r.resp_header["Content-Type"] = "text/plain"
return 200
`,
        })),
      },
      nginx: {
        modules: { "http.conf": "server_names_hash_max_size 4096;\n" },
        sites: sites((i) => ({
          config: `
default_type text/plain;
location / { content_by_lua_block { ngx.header.content_length = ${`site ${i}`.length}; ngx.print("site ${i}") } }
`,
        })),
      },
    },
  };
}

/** In the same order each time. */
function shuffled(numbers: readonly number[]): number[] {
  const order = [...numbers];
  let state = 1;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (i + 1);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

export const manySites: Workload = sitesOf(1000);
