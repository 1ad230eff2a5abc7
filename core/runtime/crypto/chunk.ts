import type { ChunkContext, Chunks } from "../chunks.ts";
import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";
import { Crypto, makeCrypto } from "./crypto.ts";
import { CryptoKey, keyState, makeKey } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import { makeSubtleCrypto, SubtleCrypto } from "./subtle_crypto.ts";

/** What this chunk needs of a `ChunkContext`. */
export interface CryptoContext {
  readonly host: CryptoHostCalls;
  readonly chunks: Pick<Chunks, "get">;
  readonly call: ChunkContext["call"];
}

/** `crypto` and its classes (Web Cryptography API). */
export function create({ host, chunks, call }: CryptoContext) {
  const encoding = () => chunks.get("lodestone_crypto").exports;
  const services: CryptoServices = {
    host,
    call,
    toBase64Url: (data) => encoding().toBase64Url(data),
    fromBase64Url: (text) => encoding().fromBase64Url(text),
  };
  return {
    globals: { crypto: makeCrypto(host, makeSubtleCrypto(services)), Crypto, CryptoKey, SubtleCrypto },
    /** For `structuredClone`: a key like this one; undefined for what is no CryptoKey. */
    cloneKey(value: unknown): CryptoKey | undefined {
      const state = keyState(value);
      return state === undefined ? undefined : makeKey(state);
    },
  };
}
