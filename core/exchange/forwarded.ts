import { EXPECT, FORWARDED } from "../http/field_marks.ts";
import { HeaderList } from "../http/header_list.ts";
import { removeKnownHopByHop } from "../http/hop_by_hop.ts";
import type { Client } from "../http/incoming.ts";
import type { RequestHead } from "../http/request_head.ts";

/** What the proxy itself knows of a request. */
export interface Origin {
  readonly client: Client;
  /** As the lane has admitted it: what tells of a client in it is a trusted proxy's word. */
  readonly head: RequestHead;
  readonly localPort: number;
  readonly id: string;
}

/**
 * Makes the fields of a request those of the proxy's own: hop-by-hop fields go, `X-Forwarded-*` tell of the client. What a
 * trusted proxy has told is kept and added to; what a script set stays, and the proxy adds nothing of that name.
 * `headers` are the request's own, or what scripts made of them.
 */
export function forwardHeaders(headers: HeaderList, origin: Origin): void {
  const { client, head } = origin;
  removeKnownHopByHop(headers);
  headers.deleteMarked(EXPECT);
  const own = forwardedFields(origin);
  if ((headers.marks & FORWARDED) === 0 && !head.tells) return headers.appendText(own);
  const told = head.tells ? head.headers : undefined;
  passOn(headers, "Forwarded", told, `for=${forwardedName(client.via ?? client.address)}`);
  passOn(headers, "X-Forwarded-For", told, client.via ?? client.address);
  for (const [name, value] of HeaderList.fromText(own)) {
    if (isOurs(headers, name.toLowerCase(), told)) headers.set(name, value);
  }
}

/** All that the proxy tells where nobody else has. */
function forwardedFields({ client, head, localPort, id }: Origin): string {
  const from = client.via === undefined ? client.address : `${client.address}, ${client.via}`;
  const host = head.authority === "" ? "" : `X-Forwarded-Host: ${head.authority}\r\n`;
  const port = client.via === undefined ? localPort : portOf(head, client);
  return (
    `X-Forwarded-For: ${from}\r\nX-Forwarded-Proto: ${client.tls ? "https" : "http"}\r\n${host}` +
    `${port === 0 ? "" : `X-Forwarded-Port: ${port}\r\n`}X-Request-Id: ${id}\r\n`
  );
}

/** Whether no script has set the field: it is not there, or as it was told. */
function isOurs(headers: HeaderList, name: string, told: HeaderList | undefined): boolean {
  const value = headers.get(name);
  return value === undefined || value === told?.get(name);
}

/** Puts `hop` behind the list that a trusted proxy has told, if scripts have left it alone: then it is no longer as it was told. */
function passOn(headers: HeaderList, name: string, told: HeaderList | undefined, hop: string): void {
  const list = told?.get(name.toLowerCase());
  if (list === undefined || headers.get(name.toLowerCase()) !== list) return;
  headers.set(name, list === "" ? hop : `${list}, ${hop}`);
}

/** RFC 7239 section 6: IPv6 in brackets, and quoted for its colons; what is no address begins with an underscore. */
function forwardedName(address: string): string {
  if (address === "unix") return "_unix";
  return address.includes(":") ? `"[${address}]"` : address;
}

/** The port that the client has asked for: it has connected to another one than the proxy in front has. */
function portOf({ host, authority }: RequestHead, { tls }: Client): number {
  const port = authority.slice(host.length + 1);
  return port === "" ? (tls ? 443 : 80) : Number(port);
}
