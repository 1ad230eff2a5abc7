/** `crypto` and its classes (Web Cryptography API). Part of `lodestone.d.ts`. */

/** The names an algorithm can be given by; case doesn't matter. */
type AlgorithmIdentifier = string | { readonly name: string };
type HashAlgorithmIdentifier = AlgorithmIdentifier;
type BufferSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>;
type KeyType = "secret" | "public" | "private";
type KeyFormat = "raw" | "pkcs8" | "spki" | "jwk";
type KeyUsage =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "deriveKey"
  | "deriveBits"
  | "wrapKey"
  | "unwrapKey";

interface Algorithm {
  name: string;
}
/** `name`: HMAC. `length`: bits of the key; the hash's block unless given. */
interface HmacKeyParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  length?: number;
}
/** `name`: AES-GCM, AES-CBC, AES-CTR or AES-KW. `length`: 128, 192 or 256 bits. */
interface AesKeyParams extends Algorithm {
  length: number;
}
/** `name`: ECDSA or ECDH. `namedCurve`: P-256, P-384 or P-521. */
interface EcKeyParams extends Algorithm {
  namedCurve: string;
}
/** `name`: RSASSA-PKCS1-v1_5, RSA-PSS or RSA-OAEP. */
interface RsaHashedImportParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
}
/** `modulusLength`: at most 4096 bits. `publicExponent`: `new Uint8Array([1, 0, 1])`. */
interface RsaHashedKeyGenParams extends RsaHashedImportParams {
  modulusLength: number;
  publicExponent: Uint8Array;
}
interface EcdsaParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
}
/** `saltLength`: bytes; usually those of the hash. */
interface RsaPssParams extends Algorithm {
  saltLength: number;
}
interface RsaOaepParams extends Algorithm {
  label?: BufferSource;
}
/** `iv`: 12 bytes, never twice with the same key. `tagLength`: bits, 128 unless given. */
interface AesGcmParams extends Algorithm {
  iv: BufferSource;
  additionalData?: BufferSource;
  tagLength?: number;
}
interface AesCbcParams extends Algorithm {
  iv: BufferSource;
}
interface AesCtrParams extends Algorithm {
  counter: BufferSource;
  length: number;
}
interface HkdfParams extends Algorithm {
  hash: HashAlgorithmIdentifier;
  info: BufferSource;
  salt: BufferSource;
}
/** `iterations`: at most 10,000,000, summed over the blocks of the output. */
interface Pbkdf2Params extends Algorithm {
  hash: HashAlgorithmIdentifier;
  iterations: number;
  salt: BufferSource;
}
/** `name`: ECDH or X25519. `public`: the other side's public key. */
interface EcdhKeyDeriveParams extends Algorithm {
  public: CryptoKey;
}

/** What a key's `algorithm` says, depending on what the key is for. */
interface KeyAlgorithm extends Algorithm {
  hash?: Algorithm;
  length?: number;
  namedCurve?: string;
  modulusLength?: number;
  publicExponent?: Uint8Array<ArrayBuffer>;
}

/** A key as JSON (RFC 7517). */
interface JsonWebKey {
  alg?: string;
  crv?: string;
  d?: string;
  dp?: string;
  dq?: string;
  e?: string;
  ext?: boolean;
  k?: string;
  key_ops?: string[];
  kty?: string;
  n?: string;
  p?: string;
  q?: string;
  qi?: string;
  use?: string;
  x?: string;
  y?: string;
}

/** A key. Its bytes can't be seen unless it is extractable and exported. */
interface CryptoKey {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: KeyUsage[];
}
declare var CryptoKey: abstract new () => CryptoKey;

interface CryptoKeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

type SignParams = AlgorithmIdentifier | EcdsaParams | RsaPssParams;
type CipherParams = AlgorithmIdentifier | AesGcmParams | AesCbcParams | AesCtrParams | RsaOaepParams;
type ImportParams = AlgorithmIdentifier | HmacKeyParams | EcKeyParams | RsaHashedImportParams;
type DeriveParams = HkdfParams | Pbkdf2Params | EcdhKeyDeriveParams;
type DerivedKeyParams = AlgorithmIdentifier | HmacKeyParams | AesKeyParams;

/**
 * Keys, signatures, encryption: `crypto.subtle`. Algorithms: SHA-1, SHA-256, SHA-384, SHA-512; HMAC; AES-GCM, AES-CBC,
 * AES-CTR, AES-KW; ECDSA and ECDH with P-256, P-384 and P-521; Ed25519, X25519; RSASSA-PKCS1-v1_5, RSA-PSS, RSA-OAEP;
 * HKDF, PBKDF2. One operation takes at most 16 MB.
 *
 * Promises are rejected with a DOMException: NotSupportedError, SyntaxError (usages that don't fit), DataError (a key
 * that is none), InvalidAccessError (a key that is not for this), OperationError; with a TypeError for arguments of
 * the wrong type.
 *
 *     const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
 *     const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, data);
 */
interface SubtleCrypto {
  digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer>;
  sign(algorithm: SignParams, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  /** False for a signature that doesn't fit. */
  verify(
    algorithm: SignParams,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean>;
  encrypt(algorithm: CipherParams, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  /** @throws OperationError when the data was changed or the key is another. */
  decrypt(algorithm: CipherParams, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer>;
  generateKey(
    algorithm: RsaHashedKeyGenParams | EcKeyParams | "Ed25519" | "X25519",
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKeyPair>;
  generateKey(
    algorithm: HmacKeyParams | AesKeyParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey | CryptoKeyPair>;
  importKey(
    format: "jwk",
    keyData: JsonWebKey,
    algorithm: ImportParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  importKey(
    format: Exclude<KeyFormat, "jwk">,
    keyData: BufferSource,
    algorithm: ImportParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  exportKey(format: "jwk", key: CryptoKey): Promise<JsonWebKey>;
  exportKey(format: Exclude<KeyFormat, "jwk">, key: CryptoKey): Promise<ArrayBuffer>;
  exportKey(format: KeyFormat, key: CryptoKey): Promise<ArrayBuffer | JsonWebKey>;
  /** `length`: bits; null for all that ECDH or X25519 give. */
  deriveBits(algorithm: DeriveParams, baseKey: CryptoKey, length?: number | null): Promise<ArrayBuffer>;
  deriveKey(
    algorithm: DeriveParams,
    baseKey: CryptoKey,
    derivedKeyType: DerivedKeyParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
  wrapKey(
    format: KeyFormat,
    key: CryptoKey,
    wrappingKey: CryptoKey,
    wrapAlgorithm: CipherParams,
  ): Promise<ArrayBuffer>;
  unwrapKey(
    format: KeyFormat,
    wrappedKey: BufferSource,
    unwrappingKey: CryptoKey,
    unwrapAlgorithm: CipherParams,
    unwrappedKeyAlgorithm: ImportParams,
    extractable: boolean,
    keyUsages: Iterable<KeyUsage>,
  ): Promise<CryptoKey>;
}
declare var SubtleCrypto: abstract new () => SubtleCrypto;

/** Arrays that `getRandomValues` fills. */
type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** The class of `crypto`. */
interface Crypto {
  readonly subtle: SubtleCrypto;
  /** Fills the array with unpredictable values and returns it. @throws QuotaExceededError above 65,536 bytes. */
  getRandomValues<T extends IntegerArray>(array: T): T;
  /** A UUID of version 4. */
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`;
}
declare var Crypto: abstract new () => Crypto;

/** Random values and cryptography. Synchronous hashes and HMAC are in `lodestone/crypto`. */
declare var crypto: Crypto;
