import { startPeer } from "../../support/start_peer.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import { type BenchServer, pinned, type Task } from "../bench_server.ts";

/** The configuration is VCL, behind the version, the module std and the backend `app` if there is one. */
export const varnish: BenchServer = {
  name: "varnish",
  title: "Varnish",
  peer: "varnishd",
  start(task) {
    const folder = new TemporaryFolder("varnish");
    return startPeer("varnishd", {
      folder,
      wrapper: pinned,
      configure: (port) => [
        "-F",
        ...["-j", "none"],
        ...["-n", `${folder.path}/work`],
        ...["-a", `127.0.0.1:${port}`],
        ...["-s", "malloc,256m"],
        ...["-p", "thread_pools=1", "-p", "thread_pool_min=100"],
        ...["-p", "timeout_idle=3600", "-p", "backend_idle_timeout=3600"],
        ...["-f", folder.write("site.vcl", configuration(task))],
      ],
    });
  },
};

function configuration({ config = "", backend }: Task): string {
  return `
vcl 4.1;
import std;
${backend === undefined ? "backend default none;" : toBackend(backend)}
${config}
`;
}

function toBackend(address: string): string {
  const [host, port] = address.split(":");
  return `backend app { .host = "${host}"; .port = "${port}"; }`;
}
