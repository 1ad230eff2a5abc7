import type { Files, Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";
import { text } from "../text.ts";

const size = 4096;
const names = ["granite", "basalt", "marble", "slate"];
const rare = ["opal", "jade", "onyx", "agate"];

const pages = (list: readonly string[], path: (name: string) => string): Files =>
  Object.fromEntries(list.map((name) => [path(name), text(size, name)]));

/**
 * The script asks whether the cache has a page, and then either sends it or leaves the request to the backend. HAProxy and
 * Varnish sit it out: they have no files.
 */
const both = {
  files: pages(names, (name) => `cache/stones/${name}.html`),
  backend: { files: pages(rare, (name) => `stones/${name}`) },
  programs: programsIn("page_cache", {
    // So early lighttpd does not know its document root yet. Scripts run anew for each request, modules once.
    lighttpd: { "root.lua": `return os.getenv("DOCUMENT_ROOT")\n` },
  }),
};

export const pageCacheHit: Workload = {
  ...both,
  name: "page_cache_hit",
  title: "page cache by stat, hit: a page of 4 KB",
  requests: names.map((name) => ({ path: `/stones/${name}`, body: text(size, name) })),
};

export const pageCacheMiss: Workload = {
  ...both,
  name: "page_cache_miss",
  title: "page cache by stat, miss: a page of 4 KB from the backend",
  requests: rare.map((name) => ({ path: `/stones/${name}`, body: text(size, name) })),
};
