import { readFileSync } from "node:fs";
import { startPeer } from "../../support/start_peer.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { type BenchServer, pinned, type Task, type TlsListener } from "../bench_server.ts";

/**
 * The script is loaded at the start, with its modules beside it; the configuration is lines of the section `frontend`, which has
 * the backend `app` if there is one. HAProxy sends no files but those that a line names, which it reads at the start from
 * \${FOLDER}/www. Both find the backend in the environment variable BACKEND, too.
 */
export const haproxy: BenchServer = {
  name: "haproxy",
  title: "HAProxy Lua",
  peer: "haproxy",
  start(task) {
    const folder = new TemporaryFolder("haproxy");
    for (const [path, content] of Object.entries(task.modules ?? {})) folder.write(path, content);
    for (const [path, content] of Object.entries(task.files)) folder.write(`www/${path}`, content);
    const pem = task.tls && folder.write("site.pem", bothIn(task.tls));
    const script = task.script === undefined ? undefined : folder.write("site.lua", task.script);
    return startPeer("haproxy", {
      folder,
      wrapper: pinned,
      ...(task.backend === undefined ? {} : { env: { BACKEND: `http://${task.backend}` } }),
      configure: (port) => [
        "-db",
        "-f",
        folder.write("haproxy.cfg", configuration(task, { port, script, folder: folder.path, pem })),
      ],
    });
  },
};

/** Descriptors besides those of connections. It would ask for two for each, one of them to a backend. */
const FILES = 500;

interface Place {
  readonly port: number;
  readonly script: string | undefined;
  readonly folder: string;
  /** Certificate and key in one file, when it speaks TLS. */
  readonly pem: string | undefined;
}

function bothIn({ certificate, key }: TlsListener): string {
  return readFileSync(certificate, "utf8") + readFileSync(key, "utf8");
}

function configuration(task: Task, { port, script, folder, pem }: Place): string {
  return `
global
  maxconn ${task.connections ?? 4000}
  ${task.connections === undefined ? "" : `ulimit-n ${task.connections + FILES}\n  no strict-limits`}
  nbthread 1
  setenv FOLDER ${folder}
  ${script === undefined ? "" : `lua-prepend-path ${folder}/?.lua\n  lua-load ${script}`}
defaults
  mode http
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout http-keep-alive 1h
  http-reuse always
frontend site
  bind 127.0.0.1:${port}
  ${pem === undefined ? "" : `bind 127.0.0.1:${task.tls?.port} ssl crt ${pem} alpn h2,http/1.1`}
  ${(task.config ?? "").replaceAll("\n", "\n  ")}
${task.backend === undefined ? "" : toBackend(task.backend)}
`;
}

const toBackend = (address: string): string => `
  option forwardfor
  http-request set-header X-Forwarded-Proto http
  default_backend app
backend app
  server app ${address} pool-max-conn -1 pool-purge-delay 1h
`;
