import type { HeaderList } from "../http/header_list.ts";
import { removeHopByHop } from "../http/hop_by_hop.ts";
import type { Client } from "../http/incoming.ts";

/** Fields that tell a backend of the client, and whose values it believes. */
const TELLING = new Set([
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-real-ip",
  "x-request-id",
]);

/** What the proxy itself knows of a request. */
export interface Origin {
  readonly client: Client;
  readonly authority: string;
  readonly localPort: number;
  readonly id: string;
}

/**
 * Makes the fields of a client's request those of the proxy's own: hop-by-hop fields go, `X-Forwarded-*` tell of
 * the client. What the client itself sent under these names is dropped, because nobody has vouched for it; what
 * a script set stays, and the proxy adds nothing of that name. `received` are the client's fields, maybe the
 * same list.
 */
export function forwardHeaders(headers: HeaderList, received: HeaderList, origin: Origin): void {
  const fromClient = headers === received ? undefined : tellingFields(received);
  removeHopByHop(headers);
  headers.deleteWhere((name) => name === "expect");
  if (fromClient === undefined) dropTelling(headers);
  else dropReceived(headers, fromClient);
  const add = (name: string, value: string): void => {
    if (fromClient === undefined || !headers.has(name.toLowerCase())) headers.append(name, value);
  };
  add("X-Forwarded-For", origin.client.address);
  add("X-Forwarded-Proto", origin.client.tls ? "https" : "http");
  if (origin.authority !== "") add("X-Forwarded-Host", origin.authority);
  if (origin.localPort !== 0) add("X-Forwarded-Port", String(origin.localPort));
  add("X-Request-Id", origin.id);
}

/** Takes away all that tells of a client, whoever has put it there. */
export function dropTelling(headers: HeaderList): void {
  headers.deleteWhere(isTelling);
}

/**
 * Takes away what the client sent, in whatever way a script has copied it: line by line, or with the lines of one name
 * joined, as Headers gives them. What a script has put behind it stays.
 */
function dropReceived(headers: HeaderList, received: ReadonlyMap<string, readonly string[]>): void {
  if (received.size === 0) return;
  const own: [name: string, value: string][] = [];
  headers.deleteWhere((name, value) => {
    const lines = received.get(name);
    if (lines === undefined) return false;
    const joined = lines.join(", ");
    if (lines.includes(value) || value === joined) return true;
    if (!value.startsWith(`${joined}, `)) return false;
    own.push([name, value.slice(joined.length + 2)]);
    return true;
  });
  for (const [name, value] of own) headers.append(name, value);
}

/** An application that gets its fields as CGI variables cannot tell `X_Real_IP` from `X-Real-IP` (RFC 3875, 4.1.18). */
function isTelling(name: string): boolean {
  return TELLING.has(name) || (name.includes("_") && TELLING.has(name.replaceAll("_", "-")));
}

function tellingFields(headers: HeaderList): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!isTelling(lower)) continue;
    const lines = fields.get(lower);
    if (lines === undefined) fields.set(lower, [value]);
    else lines.push(value);
  }
  return fields;
}
