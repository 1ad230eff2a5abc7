import type { HeaderList } from "../http/header_list.ts";
import { removeHopByHop } from "../http/hop_by_hop.ts";
import type { Client } from "../http/incoming.ts";

const FORWARDED = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
]);

/**
 * Makes the fields of a client's request those of the proxy's own: hop-by-hop fields go, `X-Forwarded-*` tell of
 * the client. What the client itself sent under these names is dropped, because nobody has vouched for it.
 */
export function forwardHeaders(
  headers: HeaderList,
  origin: {
    readonly client: Client;
    readonly authority: string;
    readonly localPort: number;
    readonly id: string;
  },
): void {
  removeHopByHop(headers);
  headers.deleteWhere((name) => FORWARDED.has(name) || name === "x-request-id" || name === "expect");
  headers.append("X-Forwarded-For", origin.client.address);
  headers.append("X-Forwarded-Proto", origin.client.tls ? "https" : "http");
  if (origin.authority !== "") headers.append("X-Forwarded-Host", origin.authority);
  if (origin.localPort !== 0) headers.append("X-Forwarded-Port", String(origin.localPort));
  headers.append("X-Request-Id", origin.id);
}
