import { type Lodestone, startLodestone } from "../support/lodestone.ts";
import { startNginx } from "../support/nginx.ts";
import type { Peer } from "../support/start_peer.ts";

/** Limits that both have, so that rows may be about them. */
export const LIMITS = { requestLine: 8_192, head: 16_384, fields: 100, body: 1_048_576, trailer: 2_048 };

/** A real proxy of one worker before that backend. */
export function startOurs(backend: string): Promise<Lodestone> {
  const { requestLine, head, fields, body, trailer } = LIMITS;
  return startLodestone({
    config: `
workers: 1
log: { level: warn, access: false }
http:
  requestLine: ${requestLine}
  head: ${head}
  fields: ${fields}
  body: ${body}
  trailer: ${trailer}
  headTimeout: 2s
  idleTimeout: 2s
  lingerTimeout: 500ms
backends:
  app: { server: "${backend}", responseTimeout: 700ms, idleTimeout: 700ms }
sites: [{ hosts: ["*"], backend: app }]
`,
  });
}

/** Debian's nginx before that backend, asked to pass on what it gets. */
export function startTheirs(backend: string): Promise<Peer> {
  return startNginx({
    server: `
    client_header_timeout 2s;
    client_body_timeout 2s;
    large_client_header_buffers 4 8k;
    client_max_body_size 1m;
    location / {
      proxy_pass ${backend};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      proxy_read_timeout 700ms;
      proxy_next_upstream off;
    }`,
  });
}

/** Port of an address as `http://127.0.0.1:8080`. */
export function portOf(address: string): number {
  return Number(new URL(address).port);
}
