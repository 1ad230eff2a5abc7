import { canonicalAddress } from "../../http/address_ranges.ts";
import type { ConnectionEnd } from "../../http/incoming.ts";
import { CRC32C_LENGTH, crc32c } from "./crc32c.ts";
import { malformedHeader, type ProxyHeader } from "./proxy_header.ts";

/** What every header of version 2 begins with (proxy-protocol.txt, section 2.2). */
export const SIGNATURE: Buffer = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
/** Bytes of the longest header read: what comes behind the addresses counts. */
export const LONGEST_HEADER = 4096;
/** Signature, version and command, family and protocol, length of the rest. */
const FIXED = 16;
const LOCAL = 0x20;
const PROXY = 0x21;
/** Bytes of both addresses and ports, by family and protocol: streams only. */
const ADDRESSES: Readonly<Record<number, number>> = { 17: 12, 33: 36, 49: 216 };
const UNIX = 0x31;
/** Type of the field that has the checksum of the whole header (section 2.2.3). */
const PP2_TYPE_CRC32C = 0x03;

const UNKNOWN = { source: undefined, destination: undefined };

/** Reads the binary form; see `readProxyHeader`. */
export function readProxyHeaderV2(bytes: Buffer): ProxyHeader | undefined {
  const known = Math.min(bytes.length, SIGNATURE.length);
  if (!bytes.subarray(0, known).equals(SIGNATURE.subarray(0, known))) throw malformedHeader("no signature");
  const command = bytes[12];
  if (command !== undefined && command !== LOCAL && command !== PROXY) {
    throw malformedHeader(`version and command 0x${command.toString(16)}, known are 0x20 and 0x21`);
  }
  if (bytes.length < FIXED) return undefined;
  const length = FIXED + bytes.readUInt16BE(14);
  if (length > LONGEST_HEADER) {
    throw malformedHeader(`${length} bytes, read are at most ${LONGEST_HEADER}`);
  }
  // What a local connection says of addresses is to be ignored.
  const family = command === LOCAL ? 0 : bytes[13]!;
  // No family: 0x00, and 0x01 for a stream of one that is not known.
  const addresses = family <= 1 ? 0 : ADDRESSES[family];
  if (addresses === undefined) throw malformedHeader(`family and protocol 0x${family.toString(16)}`);
  if (length < FIXED + addresses) {
    throw malformedHeader(`${length} bytes are too few for family and protocol 0x${family.toString(16)}`);
  }
  if (bytes.length < length) return undefined;
  if (family <= 1) return { length, ...UNKNOWN };
  checkFields(bytes.subarray(0, length), FIXED + addresses);
  return { length, ...readAddresses(bytes, family) };
}

function readAddresses(bytes: Buffer, family: number): Pick<ProxyHeader, "source" | "destination"> {
  if (family === UNIX) {
    const end: ConnectionEnd = { address: "unix", port: 0 };
    return { source: end, destination: end };
  }
  const size = family === 0x11 ? 4 : 16;
  const ports = FIXED + 2 * size;
  return {
    source: { address: addressAt(bytes, FIXED, size), port: bytes.readUInt16BE(ports) },
    destination: { address: addressAt(bytes, FIXED + size, size), port: bytes.readUInt16BE(ports + 2) },
  };
}

function addressAt(bytes: Buffer, offset: number, size: number): string {
  if (size === 4) return bytes.subarray(offset, offset + 4).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(offset + 2 * i).toString(16));
  return canonicalAddress(groups.join(":"))!;
}

/** The fields behind the addresses are skipped, but they must fill the header, and a checksum must be right. */
function checkFields(header: Buffer, start: number): void {
  let index = start;
  while (index < header.length) {
    const value = index + 3;
    const end = value <= header.length ? value + header.readUInt16BE(index + 1) : Number.POSITIVE_INFINITY;
    if (end > header.length) throw malformedHeader("a field behind the addresses is longer than the header");
    if (header[index] === PP2_TYPE_CRC32C) checkSum(header, value, end - value);
    index = end;
  }
}

function checkSum(header: Buffer, offset: number, length: number): void {
  if (length !== CRC32C_LENGTH) throw malformedHeader(`a checksum of ${length} bytes`);
  const counted = Buffer.from(header);
  counted.fill(0, offset, offset + CRC32C_LENGTH);
  if (crc32c(counted) !== header.readUInt32BE(offset)) throw malformedHeader("its checksum is wrong");
}
