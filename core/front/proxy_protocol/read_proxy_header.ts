import { malformedHeader, type ProxyHeader } from "./proxy_header.ts";
import { readProxyHeaderV1 } from "./proxy_header_v1.ts";
import { readProxyHeaderV2, SIGNATURE } from "./proxy_header_v2.ts";

const V1_START = "PROXY ";

/**
 * Reads the PROXY header, version 1 or 2, that `bytes` begin with; undefined when there is more to come. Throws
 * `HttpError` as soon as they cannot become one any more. By haproxy's proxy-protocol.txt, without what it leaves open:
 * only streams over IPv4, IPv6 and Unix sockets, or of unknown origin.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes[0] === SIGNATURE[0]) return readProxyHeaderV2(bytes);
  const start = bytes.toString("latin1", 0, V1_START.length);
  if (!V1_START.startsWith(start)) {
    throw malformedHeader(`neither version 1 nor 2 begins with ${JSON.stringify(start)}`);
  }
  return start.length < V1_START.length ? undefined : readProxyHeaderV1(bytes);
}
