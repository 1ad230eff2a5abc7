import type { KeyFormat } from "../host/crypto_jobs.ts";
import type { JsonWebKey } from "./json_web_key.ts";
import type { Parameters } from "./parameters.ts";

/** A JWK where that is the format, else bytes. */
export type KeyData = Uint8Array<ArrayBuffer> | JsonWebKey;

/** What a key is made of, arguments of `importKey` after their conversion. */
export interface KeyToImport {
  readonly format: KeyFormat;
  readonly data: KeyData;
  readonly parameters: Parameters;
  readonly extractable: boolean;
  readonly usages: number;
}
