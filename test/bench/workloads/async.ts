import type { Workload } from "../bench_server.ts";
import { programsIn } from "../programs_in.ts";

/**
 * The script asks the backend something and makes an answer of what it says. lighttpd, Apache's Lua, Varnish and plain nginx sit
 * it out: their scripts cannot ask anybody.
 */
export const asynchronous: Workload = {
  name: "async",
  title: "a script asks the backend, then answers",
  requests: [{ path: "/", body: "Hello, Ada Lovelace!\n" }],
  backend: { files: {}, config: `location = /user { return 200 "Ada Lovelace"; }` },
  programs: programsIn("async"),
};
