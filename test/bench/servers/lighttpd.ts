import { startLighttpd } from "../../support/lighttpd.ts";
import { type BenchServer, type Files, pinned, type Task, type TlsListener } from "../bench_server.ts";

/**
 * The script is one in Lua for mod_magnet; it sees each request before anything else does. Its modules stand in the folder
 * that the variable `folder` of the configuration names.
 */
export const lighttpd: BenchServer = {
  name: "lighttpd",
  title: "lighttpd mod_magnet",
  peer: "lighttpd",
  start(task) {
    return startLighttpd({
      wrapper: pinned,
      files: {
        ...task.modules,
        ...inRoot(task.files),
        ...scriptsOf(task.sites),
        "script.lua": task.script ?? "",
      },
      config: `
server.modules = ("mod_magnet"${task.backend === undefined ? "" : ', "mod_proxy"'})
server.errorlog = "/dev/null"
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 3600
server.stat-cache-engine = "simple"
mimetype.assign = (".html" => "text/html", ".txt" => "text/plain", "" => "application/octet-stream")
${task.script === undefined ? "" : 'magnet.attract-raw-url-to = (var.folder + "/script.lua")'}
${task.backend === undefined ? "" : toBackend(task.backend)}
${task.tls === undefined ? "" : toTls(task.tls)}
${task.connections === undefined ? "" : `server.max-fds = ${2 * task.connections}\nserver.max-connections = ${task.connections}`}
${task.config ?? ""}
${Object.keys(task.sites ?? {})
  .map(toSite)
  .join("")}
`,
    });
  },
};

function inRoot(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`www/${path}`, content]));
}

/** What is asked of each site goes to a script of its own. */
function toSite(host: string): string {
  return `$HTTP["host"] == "${host}" { magnet.attract-raw-url-to = (var.folder + "/sites/${host}.lua") }\n`;
}

function scriptsOf(sites: Task["sites"] = {}): Files {
  return Object.fromEntries(
    Object.entries(sites).map(([host, { script = "" }]) => [`sites/${host}.lua`, script]),
  );
}

const toTls = ({ port, certificate, key }: TlsListener): string => `
server.modules += ("mod_openssl")
$SERVER["socket"] == "127.0.0.1:${port}" {
  ssl.engine = "enable"
  ssl.pemfile = "${certificate}"
  ssl.privkey = "${key}"
}
`;

/** lighttpd keeps no connections to what mod_proxy passes to. What no file answers goes there. */
function toBackend(address: string): string {
  const [host, port] = address.split(":");
  return `proxy.server = ("" => (("host" => "${host}", "port" => ${port})))`;
}
