import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";
import { freezeObject } from "../language/primordials.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { createHashes } from "./hashes.ts";
import { fromHex, toHex } from "./hex.ts";
import { createRandom } from "./random.ts";
import { timingSafeEqual } from "./timing_safe_equal.ts";

/** The module `lodestone/crypto`. */
export function create({ host }: { readonly host: CryptoHostCalls }) {
  const exports = freezeObject({
    ...createHashes(host),
    ...createRandom(host),
    timingSafeEqual,
    toHex,
    fromHex,
    toBase64Url,
    fromBase64Url,
  });
  return { globals: {}, exports };
}
