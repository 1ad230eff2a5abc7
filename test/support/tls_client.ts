import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { buffer } from "node:stream/consumers";
import tls from "node:tls";
import type { TestCertificate } from "./certificates.ts";

export interface TlsClientOptions extends tls.ConnectionOptions {
  /** Whether the connection stays open when the server has ended its side. Missing from the types of Node. */
  readonly allowHalfOpen?: boolean;
  /** Whom the client believes. */
  readonly authority: TestCertificate;
  /** The certificate the client shows when it is asked for one. */
  readonly own?: TestCertificate | undefined;
}

/** Options of `tls.connect` and `https.request`. */
export function tlsOptions({ authority, own, ...more }: TlsClientOptions): tls.ConnectionOptions {
  return {
    ca: [authority.certificate],
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key }),
    ...more,
  };
}

/** Connects to `https://host:port`; resolves when the handshake is done, and rejects when it fails. */
export async function openTls(url: string, options: TlsClientOptions): Promise<tls.TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = tls.connect({ host: hostname, port: Number(port), ...tlsOptions(options) });
  await once(socket, "secureConnect");
  // From here on the end of a connection is what tests look at.
  socket.on("error", () => {});
  return socket;
}

export interface TlsAnswer {
  readonly status: number;
  readonly text: string;
  /** Common name of the certificate the server has shown. */
  readonly certificate: string;
  readonly resumed: boolean;
  readonly version: string;
}

/** One request over a connection of its own, unless an agent is given. Rejects when the answer is cut off. */
export async function tlsRequest(
  url: string,
  options: TlsClientOptions & { agent?: https.Agent | undefined; host?: string | undefined },
): Promise<TlsAnswer> {
  const { agent, host, ...rest } = options;
  const headers = { host: host ?? rest.servername ?? "localhost" };
  const outgoing = https.get(url, { ...tlsOptions(rest), headers, agent: agent ?? false });
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  const socket = response.socket as tls.TLSSocket;
  const shown = { certificate: commonName(socket), resumed: socket.isSessionReused() };
  const version = socket.getProtocol()!;
  outgoing.on("error", () => {});
  return { status: response.statusCode!, text: String(await buffer(response)), ...shown, version };
}

/** Who the server says it is. */
export function commonName(socket: tls.TLSSocket): string {
  return String(socket.getPeerCertificate().subject?.CN);
}
