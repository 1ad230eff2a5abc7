import { crc32c } from "../../../core/front/proxy_protocol/crc32c.ts";

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

/** A header of version 2 as text of Latin-1, made byte by byte as proxy-protocol.txt has it. */
export function headerV2(
  parts: {
    command?: number;
    family?: number;
    addresses?: readonly number[] | undefined;
    fields?: string;
  } = {},
): string {
  const { command = 0x21, family = 0x11, addresses = IPV4, fields = "" } = parts;
  const rest = String.fromCharCode(...addresses) + fields;
  const length = String.fromCharCode(rest.length >> 8, rest.length & 0xff);
  return `${SIGNATURE}${String.fromCharCode(command, family)}${length}${rest}`;
}

/** 192.0.2.1:56324 to 198.51.100.9:443 */
export const IPV4: readonly number[] = [192, 0, 2, 1, 198, 51, 100, 9, 0xdc, 0x04, 0x01, 0xbb];

/** 2001:db8::1 port 1 to 2001:db8::2 port 2 */
export const IPV6: readonly number[] = [...ipv6(1), ...ipv6(2), 0, 1, 0, 2];

function ipv6(last: number): number[] {
  return [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
}

/** A field behind the addresses. */
export function field(type: number, value: string, length: number = value.length): string {
  return `${String.fromCharCode(type, length >> 8, length & 0xff)}${value}`;
}

/** A header whose checksum is right. */
export function withChecksum(parts: Parameters<typeof headerV2>[0] = {}): string {
  const { fields = "", ...others } = parts;
  const empty = headerV2({ ...others, fields: `${field(0x03, "\0\0\0\0")}${fields}` });
  const sum = crc32c(Buffer.from(empty, "latin1"));
  const value = String.fromCharCode(sum >>> 24, (sum >> 16) & 0xff, (sum >> 8) & 0xff, sum & 0xff);
  return headerV2({ ...others, fields: `${field(0x03, value)}${fields}` });
}
