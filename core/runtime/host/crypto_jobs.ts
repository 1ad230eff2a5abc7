/**
 * What `crypto.subtle` asks the host to do away from the worker's loop: the text of a call of one of the
 * operations below. Bytes are not in it; they follow in the order given here.
 */
export interface CryptoJob {
  /** Parameters by their names in the specification; `hash` is a name. */
  readonly algorithm: CryptoParameters;
  /** Parameters that are bytes: their values are the first that follow. */
  readonly bytes: readonly string[];
  /** Its material comes next. */
  readonly key?: JobKey;
  /** Public key of the other side, for ECDH and X25519; its material comes next. */
  readonly peer?: JobKey;
  /** `deriveBits`: how many; null for all there are. */
  readonly length?: number | null;
  /** `importKey` and `exportKey`. */
  readonly format?: KeyFormat;
  /** `importKey` and `generateKey`. */
  readonly usages?: readonly string[];
  /** `importKey`: instead of bytes; without `ext`, which the guest has judged. */
  readonly jwk?: object;
}

/**
 * | operation | bytes at the end | what comes back |
 * | --- | --- | --- |
 * | digest, sign, encrypt, decrypt | the data | bytes |
 * | verify | signature, data | "1" when it fits, else "0" |
 * | deriveBits | | bytes |
 * | importKey | the key, unless it is a JWK | JSON of a `KeyReply` |
 * | generateKey | | JSON: `{ privateKey, publicKey }`, both `KeyReply` |
 * | exportKey | | bytes, or JSON of a JWK |
 */
export type CryptoOperation =
  | "crypto.digest"
  | "crypto.sign"
  | "crypto.verify"
  | "crypto.encrypt"
  | "crypto.decrypt"
  | "crypto.deriveBits"
  | "crypto.importKey"
  | "crypto.generateKey"
  | "crypto.exportKey";

export type KeyFormat = "raw" | "pkcs8" | "spki" | "jwk";
export type KeyType = "secret" | "public" | "private";

export interface CryptoParameters {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
  /** Bits. */
  readonly length?: number;
  readonly modulusLength?: number;
  readonly saltLength?: number;
  readonly tagLength?: number;
  readonly iterations?: number;
}

/** A key without its material, which is raw for a secret, PKCS #8 for a private, SPKI for a public key. */
export interface JobKey {
  readonly type: KeyType;
  readonly algorithm: Pick<CryptoParameters, "name" | "hash" | "namedCurve">;
}

/** A key pair's half as the host returns it. */
export interface KeyReply {
  readonly type: KeyType;
  readonly algorithm: {
    readonly name: string;
    readonly hash?: string;
    readonly namedCurve?: string;
    readonly modulusLength?: number;
    readonly publicExponent?: readonly number[];
  };
  readonly usages: readonly string[];
  /** Base64 of PKCS #8 or SPKI. */
  readonly material: string;
}
