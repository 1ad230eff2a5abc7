import { defineProperty, hasOwn, mapSet, push, setAdd } from "../language/primordials.ts";
import { defineHidden } from "../language/web_idl.ts";

/** The place of an object's copy, which may come later. */
export interface Slot {
  target: object | undefined;
}

/** An object's copy out of its slot; of a primitive value the value. */
export function contentOf(copied: unknown): unknown {
  return typeof copied === "object" && copied !== null ? (copied as Slot).target : copied;
}

export type ContainerKind = "properties" | "map" | "set" | "cause";

/** An object that holds others, and the slots and primitive values its copy is to hold. */
export class Container {
  readonly #target: object;
  readonly #kind: ContainerKind;
  readonly #source: object;
  readonly #keys: readonly string[] | undefined;
  /** Those of the keys that were still there when their turn came. */
  readonly #kept: string[] = [];
  readonly #copied: unknown[] = [];
  #next = 0;

  /** The properties `keys` of `source`; without keys, all items of the array `source`. */
  constructor(target: object, kind: ContainerKind, source: object, keys: readonly string[] | undefined) {
    this.#target = target;
    this.#kind = kind;
    this.#source = source;
    this.#keys = keys;
  }

  get isDone(): boolean {
    return this.#next === (this.#keys ?? (this.#source as readonly unknown[])).length;
  }

  /** False when the next property has been deleted since, which leaves it out. */
  hasNext(): boolean {
    if (this.#keys === undefined || hasOwn(this.#source, this.#keys[this.#next]!)) return true;
    this.#next++;
    return false;
  }

  /** The next value; may run a getter. */
  read(): unknown {
    const i = this.#next++;
    if (this.#keys === undefined) return (this.#source as readonly unknown[])[i];
    const key = this.#keys[i]!;
    push(this.#kept, key);
    return (this.#source as Record<string, unknown>)[key];
  }

  /** Takes the copy of what `read` gave. */
  add(copied: unknown): void {
    push(this.#copied, copied);
  }

  fill(): void {
    const copied = this.#copied;
    const target = this.#target;
    switch (this.#kind) {
      case "properties":
        for (let i = 0; i < copied.length; i++) setProperty(target, this.#kept[i]!, contentOf(copied[i]));
        return;
      case "map":
        for (let i = 0; i < copied.length; i += 2) {
          mapSet(target as Map<unknown, unknown>, contentOf(copied[i]), contentOf(copied[i + 1]));
        }
        return;
      case "set":
        for (let i = 0; i < copied.length; i++) setAdd(target as Set<unknown>, contentOf(copied[i]));
        return;
      case "cause":
        defineHidden(target as Error, "cause", contentOf(copied[0]));
    }
  }
}

/** Never reaches a setter that a prototype has, `__proto__` say. */
function setProperty(target: object, key: string, value: unknown): void {
  if (!(key in target)) {
    (target as Record<string, unknown>)[key] = value;
    return;
  }
  defineProperty(target, key, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}
