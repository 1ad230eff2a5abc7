import type { Workload } from "../bench_server.ts";

/** The least a script can do. */
export const answer: Workload = {
  name: "answer",
  title: "a script answers 123",
  path: "/",
  body: "123",
  programs: {
    lodestone: `export default () => new Response("123");\n`,
    lighttpd: `
local r = lighty.r
r.resp_body.set("123")
r.resp_header["Content-Type"] = "text/plain"
return 200
`,
    // With a length nginx need not chunk the answer, as the others do not.
    nginx: `
default_type text/plain;
location / { content_by_lua_block { ngx.header.content_length = 3; ngx.print("123") } }
`,
    net: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\n123",
  },
};
