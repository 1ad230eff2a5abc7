import type { NginxOptions } from "../../support/nginx.ts";
import { pinned, type Task, type TlsListener } from "../bench_server.ts";

/**
 * What every nginx of the bench has in common, set up for speed: files by sendfile with what is known of them kept for a second
 * (as long as Lodestone keeps it), connections never ended, those to the backend kept. The server that is passed to is
 * `http://backend`; it learns what Debian's `proxy_params` tell. The task's configuration goes into the `server` block, that
 * of each of its sites into one of its own, its modules beside the configuration file, and a module `http.conf` into the `http` block.
 */
export function nginxOptions(task: Task): NginxOptions & { server: string; http: string } {
  return {
    wrapper: pinned,
    files: task.files,
    beside: task.modules ?? {},
    // nginx closes idle connections when less than a sixteenth of its room is free.
    ...(task.connections === undefined ? {} : { connections: Math.ceil(task.connections * 1.2) }),
    servers: Object.entries(task.sites ?? {}).map(
      ([host, { config }]) => `server_name ${host}; ${common} ${config}`,
    ),
    http: `
  ${task.modules?.["http.conf"] === undefined ? "" : "include http.conf;"}
  ${task.backend === undefined ? "" : upstream(task.backend)}
`,
    server: `
    ${common}
    ${task.tls === undefined ? "" : toTls(task.tls)}
    ${task.backend === undefined ? "" : toBackend}
    ${task.config ?? ""}
`,
  };
}

const common = `
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=10000 inactive=60s;
    open_file_cache_valid 1s;
    open_file_cache_errors on;
    absolute_redirect off;
`;

const toTls = ({ port, certificate, key }: TlsListener): string => `
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
`;

const upstream = (address: string): string => `
  upstream backend {
    server ${address};
    keepalive 64;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
  }
`;

const toBackend = `
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_buffers 16 16k;
    proxy_max_temp_file_size 0;
`;
