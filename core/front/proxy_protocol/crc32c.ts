/** Castagnoli's polynomial, reflected (RFC 3385, RFC 9260 appendix A); zlib has the other one. */
const POLYNOMIAL = 0x82f6_3b78;

/** Bytes of a checksum. */
export const CRC32C_LENGTH = 4;

/** The CRC-32C of `bytes`, unsigned. Bit by bit: headers that carry one are few and short. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (POLYNOMIAL & -(crc & 1));
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
