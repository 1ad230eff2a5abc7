import type { ChunkContext } from "../chunks.ts";
import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";

/** What the operations need of the runtime. */
export interface CryptoServices {
  readonly host: CryptoHostCalls;
  readonly call: ChunkContext["call"];
  toBase64Url(data: Uint8Array): string;
  fromBase64Url(text: string): Uint8Array<ArrayBuffer>;
}
