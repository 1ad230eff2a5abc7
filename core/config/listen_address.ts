import { isIPv4, isIPv6 } from "node:net";
import type { ListenAddress } from "./config.ts";
import type { TextFormat } from "./field.ts";
import { unixPath } from "./file_formats.ts";
import { quoteValue, ValueError } from "./value_error.ts";

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const LAST_LABEL_NUMERIC = /(^|\.)[0-9]+$/;
const ADDRESS = /^(\*|\[[^\]]*\]|[^:[\]]*):([0-9]+)$/;

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `*:8080` or `:8080`, `unix:/path`. */
export const listenAddress: TextFormat<ListenAddress> = {
  name: "a listen address",
  example: "127.0.0.1:8080",
  pattern: "^(unix:.+|.*:[0-9]+)$",
  parse(text, context) {
    if (text.startsWith("unix:")) return { kind: "unix", path: unixPath(text, context) };
    const match = ADDRESS.exec(text);
    if (match === null) throw new ValueError(`${quoteValue(text)} is not a listen address: ${rule(text)}`);
    const port = Number(match[2]);
    if (port > 65535) throw new ValueError(`${quoteValue(text)} has a port above 65535`);
    return { kind: "tcp", host: host(match[1]!, text), port };
  },
};

function rule(text: string): string {
  if (isIPv6(text.replace(/:[0-9]+$/, ""))) return "an IPv6 address stands in brackets, such as [::1]:8080";
  if (/^[0-9]+$/.test(text))
    return `for every address write ":${text}", for this machine only "127.0.0.1:${text}"`;
  return "it is written HOST:PORT, [IPV6]:PORT, :PORT for every address, or unix:/PATH";
}

function host(written: string, text: string): string {
  if (written === "" || written === "*") return "::";
  if (written.startsWith("[")) {
    const address = written.slice(1, -1);
    if (isIPv6(address)) return address.toLowerCase();
    throw new ValueError(`${quoteValue(text)} has no IPv6 address between its brackets`);
  }
  if (isIPv4(written) || (HOST_NAME.test(written) && !LAST_LABEL_NUMERIC.test(written))) {
    return written.toLowerCase();
  }
  throw new ValueError(`${quoteValue(text)} has neither an IP address nor a host name before its port`);
}

/** The address as it is written in a configuration. */
export function formatListenAddress(address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  if (address.host === "::") return `*:${address.port}`;
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether a machine refuses to listen on both, the same address or one that contains the other. */
export function listenAddressesCollide(one: ListenAddress, other: ListenAddress): boolean {
  if (one.kind === "unix" || other.kind === "unix") {
    return one.kind === "unix" && other.kind === "unix" && one.path === other.path;
  }
  // Port 0 asks for a free one.
  if (one.port !== other.port || one.port === 0) return false;
  return one.host === other.host || contains(one.host, other.host) || contains(other.host, one.host);
}

function contains(all: string, host: string): boolean {
  return all === "::" || (all === "0.0.0.0" && !isIPv6(host));
}
