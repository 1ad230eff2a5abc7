import { chmodSync } from "node:fs";
import { startPeer } from "../../support/start_peer.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { type BenchServer, pinned, type Task } from "../bench_server.ts";

const modules = ["mpm_event", "authz_core", "mime", "dir", "lua", "proxy", "proxy_http", "headers"];

/**
 * The script is `site.lua` in the folder \${FOLDER}, with its modules beside it; the configuration is the
 * main one. Both find the backend in the environment variable BACKEND.
 */
export const apache: BenchServer = {
  name: "apache",
  title: "Apache mod_lua",
  peer: "apache2",
  start(task) {
    const folder = new TemporaryFolder("apache");
    // Apache gives up the rights of root and has to read this folder afterwards.
    chmodSync(folder.path, 0o755);
    for (const [path, content] of Object.entries(task.modules ?? {})) folder.write(path, content);
    for (const [path, content] of Object.entries(task.files)) folder.write(`www/${path}`, content);
    folder.write("www/index.html", "");
    folder.write("site.lua", task.script ?? "");
    return startPeer("apache2", {
      folder,
      wrapper: pinned,
      ...(task.backend === undefined ? {} : { env: { BACKEND: `http://${task.backend}` } }),
      configure: (port) => [
        "-D",
        "FOREGROUND",
        "-f",
        folder.write("apache.conf", configuration(task, folder.path, port)),
      ],
    });
  },
};

/** One process with threads for the connections. Scripts are loaded once by each thread and never looked at again. */
function configuration(task: Task, folder: string, port: number): string {
  return `
Define FOLDER ${folder}
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog /dev/null
LogLevel crit
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
<IfModule unixd_module>
  User www-data
  Group www-data
</IfModule>
TypesConfig /etc/mime.types
Listen 127.0.0.1:${port}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
MaxSpareThreads 64
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 3600
EnableSendfile On
EnableMMAP On
HostnameLookups Off
ServerSignature Off
DocumentRoot ${folder}/www
<Directory ${folder}/www>
  AllowOverride None
  Options FollowSymLinks
  Require all granted
</Directory>
LuaScope thread
LuaCodeCache forever
LuaPackagePath ${folder}/?.lua
ProxyPreserveHost On
${task.config ?? ""}
`;
}
