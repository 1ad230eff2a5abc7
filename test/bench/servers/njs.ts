import { startNginx } from "../../support/nginx.ts";
import type { BenchServer } from "../bench_server.ts";
import { nginxOptions } from "./nginx_options.ts";

/** The script is the module `site` for JavaScript: `js_content site.handler`. */
export const njs: BenchServer = {
  name: "njs",
  title: "nginx njs",
  peer: "njs",
  start(task) {
    const { http, beside, ...options } = nginxOptions(task);
    return startNginx({
      ...options,
      beside: { ...beside, "site.js": task.script ?? "" },
      main: `
load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
pcre_jit on;
`,
      http: `
  js_import site from site.js;
  ${http}
`,
    });
  },
};
