import { startLighttpd } from "../../support/lighttpd.ts";
import { type BenchServer, pinned } from "../bench_server.ts";

/** The program is a Lua script for mod_magnet. */
export const lighttpd: BenchServer = {
  name: "lighttpd",
  title: "lighttpd mod_magnet",
  peer: "lighttpd",
  start(program) {
    return startLighttpd({
      wrapper: pinned,
      files: { "script.lua": program },
      config: `
server.modules = ("mod_magnet")
server.errorlog = "/dev/null"
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 3600
magnet.attract-raw-url-to = (var.folder + "/script.lua")
`,
    });
  },
};
