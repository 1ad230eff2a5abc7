import type { CryptoHostCalls } from "../host/crypto_host_calls.ts";
import { Bytes, bytesOf, isView, setBytes, typedArrayName } from "../language/primordials.ts";
import { finishClass } from "../language/web_idl.ts";
import { checkBufferSource } from "./buffer_source.ts";
import { cryptoError } from "./crypto_error.ts";
import { bytesOfText } from "./data_operations.ts";
import type { SubtleCrypto } from "./subtle_crypto.ts";

/** Shows that a constructor is called by the runtime. Scripts can't get at it. */
const inside = Symbol("inside the runtime");

/** Bytes of one `getRandomValues`. */
const QUOTA = 65_536;

/** The Crypto class of the Web Cryptography API. */
export class Crypto {
  readonly #host: CryptoHostCalls;
  readonly #subtle: SubtleCrypto;

  constructor(token: unknown = undefined, host: unknown = undefined, subtle: unknown = undefined) {
    if (token !== inside) throw new TypeError("Illegal constructor");
    this.#host = host as CryptoHostCalls;
    this.#subtle = subtle as SubtleCrypto;
  }

  get subtle(): SubtleCrypto {
    return this.#subtle;
  }

  getRandomValues<T>(array: T): T {
    const host = this.#host;
    if (!isView(array)) throw new TypeError("crypto.getRandomValues: a typed array of integers is needed");
    checkBufferSource(array, "crypto.getRandomValues: the array");
    if (!isIntegerArray(array)) {
      throw cryptoError("TypeMismatchError", "getRandomValues fills typed arrays of integers only");
    }
    const bytes = bytesOf(array);
    if (bytes.length > QUOTA) {
      throw cryptoError("QuotaExceededError", `getRandomValues: ${bytes.length} bytes; at most ${QUOTA}`);
    }
    // Few bytes cross faster as text.
    const random =
      bytes.length <= 256
        ? bytesOfText(host.randomText(bytes.length, "latin1")!)
        : new Bytes(host.randomBytes(bytes.length)!);
    setBytes(bytes, random);
    return array;
  }

  randomUUID(): string {
    return this.#host.randomUUID();
  }
}

finishClass(Crypto, "Crypto", ["subtle", "getRandomValues", "randomUUID"]);

export function makeCrypto(host: CryptoHostCalls, subtle: SubtleCrypto): Crypto {
  return new Crypto(inside, host, subtle);
}

function isIntegerArray(view: unknown): boolean {
  switch (typedArrayName(view)) {
    case "Int8Array":
    case "Uint8Array":
    case "Uint8ClampedArray":
    case "Int16Array":
    case "Uint16Array":
    case "Int32Array":
    case "Uint32Array":
    case "BigInt64Array":
    case "BigUint64Array":
      return true;
  }
  return false;
}
