import type { BenchRequest, Programs, Workload } from "./bench_server.ts";
import { answer } from "./workloads/answer.ts";
import { sitesOf } from "./workloads/many_sites.ts";

/** The same work in growing amounts. */
export interface Series {
  readonly name: string;
  readonly title: string;
  readonly points: readonly Point[];
}

export interface Point {
  /** The amount. */
  readonly at: number;
  readonly workload: Workload;
  /** Seconds before the first round, 1 unless given. */
  readonly warmUp?: number;
}

/** Bytes of one of many fields, name and all: so many that their number stays below everybody's limits. */
const FIELD = 200;

/** `answer` with servers that take long heads: by themselves they take 8 KB a line. */
function answerTo(name: string, asked: Omit<BenchRequest, "body">): Workload {
  const { lodestone, lighttpd, nginx } = answer.programs;
  return {
    ...answer,
    name,
    requests: [{ ...asked, body: "123" }],
    programs: {
      lodestone: lodestone!,
      lighttpd: { ...lighttpd, config: "server.max-request-field-size = 65535\n" },
      nginx: { ...nginx, config: `large_client_header_buffers 8 32k;\n${nginx?.config}` },
    },
  };
}

/** Heads of so many bytes, about. */
const lengths = [200, 1024, 4096, 16_000];

const manyFields: Series = {
  name: "head_fields",
  title: "bytes of the head, in fields of 200 bytes",
  points: lengths.map((at) => {
    const names = Array.from({ length: Math.floor(at / FIELD) - 1 }, (_, i) => `X-Field-Number-${i}`);
    const headers = Object.fromEntries(names.map((name) => [name, "v".repeat(FIELD - name.length - 4)]));
    return { at, workload: answerTo(`head_fields_${at}`, { path: "/", headers }) };
  }),
};

const oneField: Series = {
  name: "head_cookie",
  title: "bytes of the head, nearly all in one cookie",
  points: lengths.map((at) => {
    const headers = { Cookie: `value=${"v".repeat(at - 100)}` };
    return { at, workload: answerTo(`head_cookie_${at}`, { path: "/", headers }) };
  }),
};

const from = (i: number): string => `/old/section-${i % 37}/page-${i}`;
const to = (i: number): string => `/new/page-${i}`;

/** Each server's own table, looked up by path. */
function redirectPrograms(count: number): Programs {
  const all = Array.from({ length: count }, (_, i) => i);
  const lua = `{\n${all.map((i) => `  ["${from(i)}"] = "${to(i)}",`).join("\n")}\n}`;
  const typescript = JSON.stringify(all.map((i) => [from(i), to(i)]));
  return {
    lodestone: {
      modules: {
        "moved.ts": `export const moved = new Map<string, string>(${typescript} as [string, string][]);\n`,
      },
      script: `
import { moved } from "./moved.ts";

export default (request: Request): Response => {
  const location = moved.get(request.path);
  if (location === undefined) return new Response("not moved\\n");
  return new Response(null, { status: 301, headers: { location } });
};
`,
    },
    lighttpd: {
      modules: { "moved.lua": `return ${lua}\n` },
      script: `
local r = lighty.r
local location = require("moved")[r.req_attr["uri.path"]]
if not location then
  r.resp_body.set("not moved\\n")
  return 200
end
r.resp_header["Location"] = location
return 301
`,
    },
    nginx: {
      modules: { "moved.lua": `return ${lua}\n` },
      script: "return {}\n",
      config: `
location / { content_by_lua_block {
  local location = require("moved")[ngx.var.uri]
  if location then
    ngx.header.location = location
    ngx.header.content_length = 0
    ngx.status = 301
    return
  end
  ngx.header.content_length = 10
  ngx.print("not moved\\n")
} }
`,
    },
  };
}

const redirects: Series = {
  name: "redirects",
  title: "redirects in a table",
  points: [1, 10, 100, 1000, 10_000].map((at) => ({
    at,
    workload: {
      name: `redirects_${at}`,
      title: `${at} redirects`,
      requests: [
        ...Array.from({ length: 9 }, (_, i): BenchRequest => {
          const rule = Math.floor((i * at) / 9);
          return { path: from(rule), status: 301, answerHeaders: { location: to(rule) }, body: "" };
        }),
        { path: "/elsewhere", body: "not moved\n" },
      ],
      programs: redirectPrograms(at),
    },
  })),
};

const sites: Series = {
  name: "sites",
  title: "sites with a script each, in random order",
  // Each script is compiled by V8 only when it has run often.
  points: [1, 10, 100, 1000].map((at) => ({ at, workload: sitesOf(at), warmUp: 1 + at / 100 })),
};

export const allSeries: readonly Series[] = [manyFields, oneField, redirects, sites];
