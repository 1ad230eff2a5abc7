import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import type { BackendConfig } from "../config/config.ts";
import type { Client, ConnectionEnd } from "../http/incoming.ts";

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
/** Version 2, and whose connection it is. */
const LOCAL = 0x20;
const PROXY = 0x21;

/**
 * The PROXY header that a connection to a server begins with (haproxy's proxy-protocol.txt): it names the client of the
 * one request that the connection is for, and where that client has connected to. `client` is undefined for requests that
 * are the proxy's own. Where one end has an IPv4 address and the other one an IPv6 one, both are written as IPv6.
 */
export function proxyHeader(version: "v1" | "v2", client: Client | undefined): Buffer {
  const ends = endsOf(client);
  return version === "v1" ? headerV1(ends) : headerV2(ends, client === undefined);
}

/** What a connection to a server begins with before it is used; undefined for nothing. */
export function connectionPreface(
  version: BackendConfig["proxyProtocol"],
  client: Client | undefined,
): Buffer | undefined {
  return version === "none" ? undefined : proxyHeader(version, client);
}

interface Ends {
  readonly source: ConnectionEnd;
  readonly destination: ConnectionEnd;
  readonly isIPv4: boolean;
}

/** Undefined when the client has no IP address. */
function endsOf(client: Client | undefined): Ends | undefined {
  if (client === undefined || client.address === "unix") return undefined;
  const source = withoutZone(client);
  const { local } = client;
  // A trusted proxy on a Unix socket tells of the client, and nobody of the address it has connected to.
  const destination =
    local === undefined || local.address === "unix"
      ? { address: isIPv4(source.address) ? "0.0.0.0" : "::", port: 0 }
      : withoutZone(local);
  return { source, destination, isIPv4: isIPv4(source.address) && isIPv4(destination.address) };
}

/** `fe80::1%eth0` means something on this machine only. */
function withoutZone({ address, port }: ConnectionEnd): ConnectionEnd {
  const zone = address.indexOf("%");
  return { address: zone < 0 ? address : address.slice(0, zone), port };
}

function headerV1(ends: Ends | undefined): Buffer {
  if (ends === undefined) return Buffer.from("PROXY UNKNOWN\r\n", "latin1");
  const text = ({ address }: ConnectionEnd): string =>
    ends.isIPv4 || !isIPv4(address) ? address : `::ffff:${address}`;
  const { source, destination } = ends;
  const family = ends.isIPv4 ? "TCP4" : "TCP6";
  return Buffer.from(
    `PROXY ${family} ${text(source)} ${text(destination)} ${source.port} ${destination.port}\r\n`,
    "latin1",
  );
}

function headerV2(ends: Ends | undefined, isOwn: boolean): Buffer {
  const size = ends === undefined ? 0 : ends.isIPv4 ? 4 : 16;
  const length = ends === undefined ? 0 : 2 * size + 4;
  const header = Buffer.alloc(16 + length);
  header.write(SIGNATURE, "latin1");
  header[12] = isOwn ? LOCAL : PROXY;
  // Family and protocol: unspecified, or a stream of IPv4 or IPv6.
  header[13] = ends === undefined ? 0x00 : ends.isIPv4 ? 0x11 : 0x21;
  header.writeUInt16BE(length, 14);
  if (ends === undefined) return header;
  const { source, destination } = ends;
  writeAddress(header, 16, size, source.address);
  writeAddress(header, 16 + size, size, destination.address);
  header.writeUInt16BE(source.port, 16 + 2 * size);
  header.writeUInt16BE(destination.port, 18 + 2 * size);
  return header;
}

function writeAddress(header: Buffer, offset: number, size: number, address: string): void {
  const bytes = ipaddr.parse(address).toByteArray();
  header.set(bytes, offset + size - bytes.length);
  if (bytes.length < size) header.writeUInt16BE(0xffff, offset + 10);
}
