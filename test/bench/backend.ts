import { startNginx } from "../support/nginx.ts";
import type { Peer } from "../support/start_peer.ts";
import { type BackendProgram, pinnedToClients } from "./bench_server.ts";

/**
 * The application behind the servers: nginx with nothing but files, on the clients' core. Its CPU time counts for nobody,
 * and it keeps every connection.
 */
export function startBackend(program: BackendProgram): Promise<Peer> {
  return startNginx({
    wrapper: pinnedToClients,
    files: program.files,
    server: `
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    ${program.config ?? ""}
`,
  });
}
