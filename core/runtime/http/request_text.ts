import type { RequestUrl } from "./request_url.ts";

/** Fields of the event `R` after the letter, by position (`protocol.md`). */
export interface RequestText {
  readonly slot: number;
  readonly path: string;
  readonly method: string;
  /** With its `?`, or empty. */
  readonly search: string;
  readonly authority: string;
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly scheme: string;
  /** What the client's TLS is like, as JSON; "" without TLS, and where only a proxy in front knows. */
  readonly tls: string;
  readonly hasBody: boolean;
  /** With its `#`, or empty; clients don't send it. */
  readonly hash: string;
  /** Field lines as received. */
  readonly fields: string;
}

/** The other end of the connection that a request came by. */
export interface ClientInfo {
  readonly address: string;
  readonly port: number;
  /** What `ClientTls` of `lodestone.d.ts` says; undefined without TLS. */
  readonly tls: object | undefined;
}

/** Takes the event apart, all but the field lines. */
export function parseRequestText(text: string): RequestText {
  const part = (from: number): number => text.indexOf("\n", from);
  const slot = part(1);
  const path = part(slot + 1);
  const method = part(path + 1);
  const search = part(method + 1);
  const authority = part(search + 1);
  const id = part(authority + 1);
  const address = part(id + 1);
  const port = part(address + 1);
  const scheme = part(port + 1);
  const body = part(scheme + 1);
  // "https {...}": only a client that speaks TLS has something behind the scheme.
  const space = text[port + 6] === " " ? port + 6 : scheme;
  return {
    slot: Number(text.slice(1, slot)),
    path: text.slice(slot + 1, path),
    method: text.slice(path + 1, method),
    search: text.slice(method + 1, search),
    authority: text.slice(search + 1, authority),
    id: text.slice(authority + 1, id),
    address: text.slice(id + 1, address),
    port: Number(text.slice(address + 1, port)),
    scheme: text.slice(port + 1, space),
    tls: text.slice(space + 1, scheme),
    hasBody: text[scheme + 1] === "1",
    hash: "",
    fields: text.slice(body + 1),
  };
}

/** Of a request that a script makes for itself. */
export function ownRequestText(url: RequestUrl): RequestText {
  return {
    slot: 0,
    method: "GET",
    id: "",
    address: "",
    port: 0,
    tls: "",
    hasBody: false,
    fields: "",
    ...url,
  };
}
