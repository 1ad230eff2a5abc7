import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress } from "../../http/address_ranges.ts";
import type { ConnectionEnd } from "../../http/incoming.ts";
import { malformedHeader, type ProxyHeader } from "./proxy_header.ts";

/** Bytes with the line end (proxy-protocol.txt, section 2.1). */
const LONGEST = 107;
/** Nothing but visible characters and single spaces: no header has anything else. */
const LINE = /^[!-~]+(?: [!-~]+)*$/;
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;

/** Reads the line `PROXY TCP4 192.0.2.1 192.0.2.9 56324 443`; `bytes` begin with `PROXY `. See `readProxyHeader`. */
export function readProxyHeaderV1(bytes: Buffer): ProxyHeader | undefined {
  const end = bytes.indexOf("\r\n", 0, "latin1");
  const known = bytes.toString(
    "latin1",
    0,
    end < 0 ? Math.min(bytes.length, LONGEST) : Math.min(end, LONGEST),
  );
  if (end < 0 ? bytes.length >= LONGEST : end + 2 > LONGEST) {
    throw malformedHeader(`version 1 has a line of at most ${LONGEST} bytes: ${JSON.stringify(known)}`);
  }
  if (end < 0) {
    if (/[^ -~\r]|\r./s.test(known)) throw malformedLine(known);
    return undefined;
  }
  return { length: end + 2, ...readLine(known) };
}

function readLine(line: string): Pick<ProxyHeader, "source" | "destination"> {
  const [, family, source = "", destination = "", sourcePort = "", destinationPort = "", ...more] =
    line.split(" ");
  // Whatever follows is to be ignored.
  if (family === "UNKNOWN" && /^[ -~]*$/.test(line)) return { source: undefined, destination: undefined };
  if (!LINE.test(line) || more.length > 0) throw malformedLine(line);
  const isAddress = family === "TCP4" ? isIPv4 : family === "TCP6" ? isPlainIPv6 : undefined;
  if (isAddress === undefined || !isAddress(source) || !isAddress(destination)) throw malformedLine(line);
  return { source: end(line, source, sourcePort), destination: end(line, destination, destinationPort) };
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes("%");
}

function end(line: string, address: string, port: string): ConnectionEnd {
  if (!PORT.test(port) || Number(port) > 65535) throw malformedLine(line);
  return { address: canonicalAddress(address)!, port: Number(port) };
}

function malformedLine(line: string): Error {
  return malformedHeader(`not a line of version 1: ${JSON.stringify(line)}`);
}
