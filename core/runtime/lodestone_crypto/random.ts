import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";
import { Bytes, charCodeAt } from "../language/primordials.ts";
import { latin1Bytes } from "./latin1_bytes.ts";

/** Of one call. */
const BYTES_LIMIT = 65_536;
/** Beyond which bytes cross faster as bytes than as text. */
const SHORT = 256;
/** As many values as 48 random bits have. */
const VALUES = 2 ** 48;

/** Randomness for secrets, from the host's generator. */
export function createRandom(host: CryptoHostCalls) {
  const randomBytes = (count: number): Uint8Array<ArrayBuffer> => {
    checkCount(count, "randomBytes");
    return count <= SHORT
      ? latin1Bytes(host.randomText(count, "latin1")!)
      : new Bytes(host.randomBytes(count)!);
  };

  const randomHex = (count: number): string => {
    checkCount(count, "randomHex");
    return host.randomText(count, "hex")!;
  };

  const randomInt = (from: number, to?: number): number => {
    const low = to === undefined ? 0 : from;
    const range = (to ?? from) - low;
    if (!isSafe(low) || !isSafe(low + range) || !(range > 0 && range <= VALUES)) {
      throw new RangeError(
        `randomInt: whole numbers are needed, the end at most 2 ** 48 above the start, not ${low} and ${to ?? from}`,
      );
    }
    // Values above the last whole multiple would make the low results more frequent.
    const end = VALUES - (VALUES % range);
    for (;;) {
      const value = sixBytes(host.randomText(6, "latin1")!);
      if (value < end) return low + (value % range);
    }
  };

  return { randomBytes, randomHex, randomInt };
}

function sixBytes(text: string): number {
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + charCodeAt(text, i);
  return value;
}

function checkCount(count: unknown, what: string): void {
  if (typeof count !== "number" || !(count >= 0 && count <= BYTES_LIMIT) || count % 1 !== 0) {
    throw new RangeError(`${what}: a whole number of bytes from 0 to ${BYTES_LIMIT}, not ${String(count)}`);
  }
}

function isSafe(value: unknown): boolean {
  return typeof value === "number" && value % 1 === 0 && value <= 2 ** 53 - 1 && value >= -(2 ** 53 - 1);
}
