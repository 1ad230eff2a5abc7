import { startNginx } from "../../support/nginx.ts";
import type { BenchServer } from "../bench_server.ts";
import { nginxOptions } from "./nginx_options.ts";

const modules = "/usr/lib/nginx/modules";

/** The script is the module `site` for Lua: `require("site")`. */
export const nginx: BenchServer = {
  name: "nginx",
  title: "nginx Lua",
  peer: "nginx",
  start(task) {
    const { http, beside, ...options } = nginxOptions(task);
    return startNginx({
      ...options,
      beside: { ...beside, "site.lua": task.script ?? "" },
      main: `
load_module ${modules}/ndk_http_module.so;
load_module ${modules}/ngx_http_lua_module.so;
pcre_jit on;
`,
      // Whoever starts nginx here chose its folder by -p, which $prefix stands for.
      http: `
  lua_package_path "$prefix/?.lua;;";
  init_by_lua_block { require("resty.core") require("site") }
  ${http}
`,
    });
  },
};
