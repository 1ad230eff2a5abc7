import { Bytes } from "../language/primordials.ts";
import { finishClass } from "../language/web_idl.ts";
import { normalizeAlgorithm, toAlgorithmIdentifier } from "./algorithms.ts";
import { checkBufferSource, copyBytes } from "./buffer_source.ts";
import { cipher, wrap } from "./ciphers.ts";
import { type CryptoKey, makeKey, toKeyState } from "./crypto_key.ts";
import type { CryptoServices } from "./crypto_services.ts";
import * as operations from "./data_operations.ts";
import { checkKey } from "./key_rules.ts";
import { toUsages } from "./key_usages.ts";
import { exportKey, generateKey, importKey, toKeyData, toKeyFormat } from "./keys.ts";
import { toInteger } from "./parameters.ts";
import { keyLength } from "./secret_keys.ts";
import { unwrapped, wrapped } from "./wrapped_key.ts";

/** Shows that a constructor is called by the runtime. Scripts can't get at it. */
const inside = Symbol("inside the runtime");

const DATA = "crypto.subtle: the data";

/**
 * The SubtleCrypto class of the Web Cryptography API. As the specification says, arguments are converted, parameters
 * read and bytes copied before a method returns; all errors are rejections.
 */
export class SubtleCrypto {
  readonly #services: CryptoServices;

  constructor(token: unknown = undefined, services: unknown = undefined) {
    if (token !== inside) throw new TypeError("Illegal constructor");
    this.#services = services as CryptoServices;
  }

  async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    checkBufferSource(data, DATA);
    const parameters = normalizeAlgorithm("digest", identifier);
    return operations.digest(services, parameters, copyBytes(data, DATA));
  }

  async sign(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const state = toKeyState(key, "crypto.subtle.sign: the key");
    checkBufferSource(data, DATA);
    const parameters = normalizeAlgorithm("sign", identifier);
    const input = copyBytes(data, DATA);
    checkKey(state, parameters.name, "sign");
    return operations.sign(services, parameters, state, input);
  }

  async verify(algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<boolean> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const state = toKeyState(key, "crypto.subtle.verify: the key");
    checkBufferSource(signature, "crypto.subtle: the signature");
    checkBufferSource(data, DATA);
    const parameters = normalizeAlgorithm("sign", identifier);
    const given = copyBytes(signature, "crypto.subtle: the signature");
    const input = copyBytes(data, DATA);
    checkKey(state, parameters.name, "verify");
    return operations.verify(services, parameters, state, given, input);
  }

  async encrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    return this.#cipher("encrypt", algorithm, key, data);
  }

  async decrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    return this.#cipher("decrypt", algorithm, key, data);
  }

  async generateKey(algorithm: unknown, extractable: unknown, keyUsages: unknown): Promise<object> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const usages = toUsages(keyUsages);
    const parameters = normalizeAlgorithm("generateKey", identifier);
    return generateKey(services, parameters, Boolean(extractable), usages);
  }

  async importKey(
    format: unknown,
    keyData: unknown,
    algorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey> {
    const services = this.#services;
    const kind = toKeyFormat(format);
    const data = toKeyData(kind, keyData);
    const identifier = toAlgorithmIdentifier(algorithm);
    const usages = toUsages(keyUsages);
    const parameters = normalizeAlgorithm("importKey", identifier);
    return makeKey(
      await importKey(services, {
        format: kind,
        data: data(),
        parameters,
        extractable: Boolean(extractable),
        usages,
      }),
    );
  }

  async exportKey(format: unknown, key: unknown): Promise<ArrayBuffer | object> {
    const services = this.#services;
    const kind = toKeyFormat(format);
    return exportKey(services, kind, toKeyState(key, "crypto.subtle.exportKey: the key"));
  }

  async deriveBits(algorithm: unknown, baseKey: unknown, length: unknown = null): Promise<ArrayBuffer> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const state = toKeyState(baseKey, "crypto.subtle.deriveBits: the key");
    const bits = length === null ? null : toInteger(length, 0xffffffff, "length");
    const parameters = normalizeAlgorithm("deriveBits", identifier);
    checkKey(state, parameters.name, "deriveBits");
    return operations.deriveBits(services, parameters, state, bits);
  }

  async deriveKey(
    algorithm: unknown,
    baseKey: unknown,
    derivedKeyType: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const state = toKeyState(baseKey, "crypto.subtle.deriveKey: the key");
    const derivedIdentifier = toAlgorithmIdentifier(derivedKeyType);
    const usages = toUsages(keyUsages);
    const parameters = normalizeAlgorithm("deriveBits", identifier);
    // Has all members that importing such a key has.
    const derived = normalizeAlgorithm("get key length", derivedIdentifier);
    checkKey(state, parameters.name, "deriveKey");
    const length = keyLength(derived);
    if (length === 0) throw new TypeError("crypto.subtle.deriveKey: a HMAC key of no bits");
    const secret = new Bytes(await operations.deriveBits(services, parameters, state, length));
    return makeKey(
      await importKey(services, {
        format: "raw",
        data: secret,
        parameters: derived,
        extractable: Boolean(extractable),
        usages,
      }),
    );
  }

  async wrapKey(
    format: unknown,
    key: unknown,
    wrappingKey: unknown,
    wrapAlgorithm: unknown,
  ): Promise<ArrayBuffer> {
    const services = this.#services;
    const kind = toKeyFormat(format);
    const state = toKeyState(key, "crypto.subtle.wrapKey: the key");
    const wrapping = toKeyState(wrappingKey, "crypto.subtle.wrapKey: the wrapping key");
    if (wrapAlgorithm === undefined) throw new TypeError("crypto.subtle.wrapKey: the algorithm is missing");
    const parameters = normalizeAlgorithm("wrapKey", toAlgorithmIdentifier(wrapAlgorithm), "encrypt");
    checkKey(wrapping, parameters.name, "wrapKey");
    const bytes = wrapped(await exportKey(services, kind, state));
    return parameters.name === "AES-KW"
      ? wrap(services, false, wrapping, bytes)
      : cipher(services, parameters, false, wrapping, bytes);
  }

  async unwrapKey(
    format: unknown,
    wrappedKey: unknown,
    unwrappingKey: unknown,
    unwrapAlgorithm: unknown,
    unwrappedKeyAlgorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey> {
    const services = this.#services;
    const kind = toKeyFormat(format);
    checkBufferSource(wrappedKey, "crypto.subtle: the wrapped key");
    const unwrapping = toKeyState(unwrappingKey, "crypto.subtle.unwrapKey: the unwrapping key");
    const identifier = toAlgorithmIdentifier(unwrapAlgorithm);
    const keyIdentifier = toAlgorithmIdentifier(unwrappedKeyAlgorithm);
    const usages = toUsages(keyUsages);
    const parameters = normalizeAlgorithm("wrapKey", identifier, "encrypt");
    const keyParameters = normalizeAlgorithm("importKey", keyIdentifier);
    const input = copyBytes(wrappedKey, "crypto.subtle: the wrapped key");
    checkKey(unwrapping, parameters.name, "unwrapKey");
    const bytes =
      parameters.name === "AES-KW"
        ? wrap(services, true, unwrapping, input)
        : await cipher(services, parameters, true, unwrapping, input);
    const data = unwrapped(kind, bytes);
    return makeKey(
      await importKey(services, {
        format: kind,
        data,
        parameters: keyParameters,
        extractable: Boolean(extractable),
        usages,
      }),
    );
  }

  async #cipher(
    usage: "encrypt" | "decrypt",
    algorithm: unknown,
    key: unknown,
    data: unknown,
  ): Promise<ArrayBuffer> {
    const services = this.#services;
    const identifier = toAlgorithmIdentifier(algorithm);
    const state = toKeyState(key, `crypto.subtle.${usage}: the key`);
    checkBufferSource(data, DATA);
    const parameters = normalizeAlgorithm("encrypt", identifier);
    const input = copyBytes(data, DATA);
    checkKey(state, parameters.name, usage);
    return cipher(services, parameters, usage === "decrypt", state, input);
  }
}

finishClass(SubtleCrypto, "SubtleCrypto", [
  "digest",
  "sign",
  "verify",
  "encrypt",
  "decrypt",
  "generateKey",
  "importKey",
  "exportKey",
  "deriveBits",
  "deriveKey",
  "wrapKey",
  "unwrapKey",
]);

export function makeSubtleCrypto(services: CryptoServices): SubtleCrypto {
  return new SubtleCrypto(inside, services);
}
