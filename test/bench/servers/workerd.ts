import { createRequire } from "node:module";
import { startPeer } from "../../support/start_peer.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { type BenchServer, pinned, type Task } from "../bench_server.ts";

/**
 * The script is the main module of a worker; `env.app` is the backend if there is one, `env.files` the document root. Text in
 * the configuration becomes more bindings.
 */
export const workerd: BenchServer = {
  name: "workerd",
  title: "workerd",
  start(task) {
    const folder = new TemporaryFolder("workerd");
    for (const [path, content] of Object.entries(task.modules ?? {})) folder.write(path, content);
    folder.write("www/index.html", "");
    for (const [path, content] of Object.entries(task.files)) folder.write(`www/${path}`, content);
    folder.write("site.js", task.script ?? "");
    return startPeer("workerd", {
      folder,
      wrapper: pinned,
      program: program(),
      configure: (port) => ["serve", folder.write("config.capnp", configuration(task, folder.path, port))],
    });
  },
};

function configuration(task: Task, folder: string, port: number): string {
  const modules = ["site.js", ...Object.keys(task.modules ?? {})];
  const app = `(name = "app", external = (address = "${task.backend}", http = ())),`;
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "site", worker = .site),
    (name = "files", disk = (path = "${folder}/www")),
    ${task.backend === undefined ? "" : app}
  ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "site") ],
);
const site :Workerd.Worker = (
  modules = [ ${modules.map((name) => `(name = "${name}", esModule = embed "${name}")`).join(", ")} ],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "files", service = "files"),
    ${task.backend === undefined ? "" : '(name = "app", service = "app"),'}
    ${task.config ?? ""}
  ],
);
`;
}

/** Path of the program for this machine: the default export of the package, which has no types. */
function program(): string {
  return (createRequire(import.meta.url)("workerd") as { default: string }).default;
}
