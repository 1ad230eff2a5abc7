import { startNginx } from "../../support/nginx.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

const modules = "/usr/lib/nginx/modules";

/** The program is the directives of the `server` block. */
export const nginx: BenchServer = {
  name: "nginx",
  title: "nginx Lua",
  peer: "nginx",
  start(program) {
    return startNginx({
      wrapper: pinned,
      main: `
load_module ${modules}/ndk_http_module.so;
load_module ${modules}/ngx_http_lua_module.so;
`,
      server: `
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    ${program}
`,
    });
  },
};
