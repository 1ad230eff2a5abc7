import { toDOMString } from "../language/web_idl.ts";

/** `KeyUsage` of the specification, in its order; a set of usages is a number with one bit for each. */
const NAMES = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveKey",
  "deriveBits",
  "wrapKey",
  "unwrapKey",
] as const;

export type KeyUsage = (typeof NAMES)[number];

/** Bits of the set with these usages. */
export function usageSet(...usages: readonly KeyUsage[]): number {
  let set = 0;
  for (let i = 0; i < NAMES.length; i++) {
    for (let k = 0; k < usages.length; k++) if (usages[k] === NAMES[i]) set |= 1 << i;
  }
  return set;
}

export function usageNames(set: number): KeyUsage[] {
  const names: KeyUsage[] = [];
  for (let i = 0; i < NAMES.length; i++) if ((set & (1 << i)) !== 0) names[names.length] = NAMES[i]!;
  return names;
}

/** `sequence<KeyUsage>` of Web IDL. */
export function toUsages(value: unknown): number {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    throw new TypeError("crypto.subtle: keyUsages must be an array");
  }
  let set = 0;
  for (const item of value as Iterable<unknown>) {
    const name = toDOMString(item);
    const bit = usageSet(name as KeyUsage);
    if (bit === 0) throw new TypeError(`crypto.subtle: "${name}" is no key usage`);
    set |= bit;
  }
  return set;
}
