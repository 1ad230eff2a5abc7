import { startNginx } from "../../support/nginx.ts";
import type { BenchServer } from "../bench_server.ts";
import { nginxOptions } from "./nginx_options.ts";

/** nginx with what its own directives can do. It has no script. */
export const bare: BenchServer = {
  name: "bare",
  title: "nginx bare",
  peer: "nginx",
  start: (task) => startNginx({ ...nginxOptions(task), main: "pcre_jit on;" }),
};
