import type { BenchRequest, Programs, Workload } from "../bench_server.ts";
import { downloads } from "../loads/downloads.ts";

/** No two bytes in a row alike, so that a file sent from the wrong place shows. */
function content(size: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 7 + seed * 13 + (i >> 8)) & 0xff);
}

/** Files by themselves: no server has a script, each has what its documentation advises for files. */
const programs: Programs = { lodestone: {}, bare: {}, lighttpd: {}, apache: {} };

/** The same behind scripts that look at nothing and return nothing. */
const behindScripts: Programs = {
  lodestone: { script: "export default () => {};\n" },
  nginx: { config: "rewrite_by_lua_block { return }\n" },
  lighttpd: { script: "return nil\n" },
};

function files(name: string, title: string, size: number, count = 1): Workload {
  const paths = Array.from({ length: count }, (_, i) => `files/${i}.bin`);
  const contents = paths.map((_, i) => content(size, i));
  return {
    name,
    title,
    requests: paths.map((path, i): BenchRequest => ({ path: `/${path}`, body: contents[i]! })),
    files: Object.fromEntries(paths.map((path, i) => [path, contents[i]!])),
    programs,
  };
}

const small = files("static_1k", "a file of 1 KB", 1024);

/** The size of what `static_1g` asks for; tests take less. */
export function largeFile(bytes: number): Workload {
  const body = { zeros: bytes };
  return {
    name: "static_1g",
    title: "a file of 1 GB: CPU per request is CPU per GB",
    requests: [{ path: "/large.bin", body }],
    files: { "large.bin": body },
    load: downloads,
    programs,
  };
}

export const staticFiles: readonly Workload[] = [
  small,
  {
    ...small,
    name: "static_1k_script",
    title: "a file of 1 KB behind a script that returns nothing",
    programs: behindScripts,
  },
  files("static_200", "200 files of 1 KB in turn", 1024, 200),
  files("static_64k", "a file of 64 KB", 65_536),
  largeFile(2 ** 30),
];
