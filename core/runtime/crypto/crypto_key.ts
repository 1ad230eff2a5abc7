import type { KeyType } from "../host/crypto_jobs.ts";
import { Bytes, setBytes } from "../language/primordials.ts";
import { finishClass } from "../language/web_idl.ts";
import { usageNames } from "./key_usages.ts";

/** What the `algorithm` of a key says, flat. */
export interface KeyAlgorithm {
  readonly name: string;
  readonly hash?: string;
  /** Bits of a secret key. */
  readonly length?: number;
  readonly namedCurve?: string;
  readonly modulusLength?: number;
  readonly publicExponent?: readonly number[];
}

/** All of a key. Never changed. */
export interface KeyState {
  readonly type: KeyType;
  readonly extractable: boolean;
  /** See `key_usages.ts`. */
  readonly usages: number;
  readonly algorithm: KeyAlgorithm;
  /** Raw bytes of a secret, PKCS #8 of a private, SPKI of a public key. */
  readonly material: Uint8Array<ArrayBuffer>;
}

/** Shows that a constructor is called by the runtime. Scripts can't get at it. */
const inside = Symbol("inside the runtime");

let stateOf: (key: unknown) => KeyState | undefined;

/** The CryptoKey class of the Web Cryptography API. Its material is nowhere but in this private field. */
export class CryptoKey {
  readonly #state: KeyState;
  /** Made when first asked for, then always the same objects. */
  #algorithm: object | undefined;
  #usages: string[] | undefined;

  constructor(token: unknown = undefined, state: unknown = undefined) {
    if (token !== inside) throw new TypeError("Illegal constructor");
    this.#state = state as KeyState;
  }

  get type(): KeyType {
    return this.#state.type;
  }

  get extractable(): boolean {
    return this.#state.extractable;
  }

  get algorithm(): object {
    this.#algorithm ??= algorithmObject(this.#state.algorithm);
    return this.#algorithm;
  }

  get usages(): string[] {
    this.#usages ??= usageNames(this.#state.usages);
    return this.#usages;
  }

  static {
    stateOf = (key) =>
      typeof key === "object" && key !== null && #state in key ? (key as CryptoKey).#state : undefined;
  }
}

finishClass(CryptoKey, "CryptoKey", ["type", "extractable", "algorithm", "usages"]);

export function makeKey(state: KeyState): CryptoKey {
  return new CryptoKey(inside, state);
}

/** Undefined for what is not a CryptoKey. */
export function keyState(key: unknown): KeyState | undefined {
  return stateOf(key);
}

/** The state of an argument that must be a CryptoKey. */
export function toKeyState(key: unknown, what: string): KeyState {
  const state = stateOf(key);
  if (state === undefined) throw new TypeError(`${what} is not a CryptoKey`);
  return state;
}

/** `KeyAlgorithm` and its descendants: what scripts see. */
function algorithmObject(algorithm: KeyAlgorithm): object {
  const { name, hash, length, namedCurve, modulusLength, publicExponent } = algorithm;
  const result: Record<string, unknown> = { name };
  if (modulusLength !== undefined) result.modulusLength = modulusLength;
  if (publicExponent !== undefined) {
    const exponent = new Bytes(publicExponent.length);
    setBytes(exponent, publicExponent);
    result.publicExponent = exponent;
  }
  if (hash !== undefined) result.hash = { name: hash };
  if (length !== undefined) result.length = length;
  if (namedCurve !== undefined) result.namedCurve = namedCurve;
  return result;
}
