import {
  getOwnPropertyDescriptor,
  getPrototypeOf,
  hasOwn,
  isArray,
  isView,
  mapForEach,
  mapGet,
  mapSet,
  PlainMap,
  push,
  setForEach,
} from "../language/primordials.ts";
import { type BufferView, makeBufferView, readBufferView } from "./buffer_view.ts";
import { builtinCopies } from "./builtin_copies.ts";
import { cloneError } from "./clone_error.ts";
import { Container, type ContainerKind, contentOf, type Slot } from "./container.ts";
import { copyError, isError } from "./copy_error.ts";

const objectKeys = Object.keys;
const objectPrototype = Object.prototype;
const mapPrototype = Map.prototype;
const setPrototype = Set.prototype;
const SetClass = Set;

/**
 * StructuredSerialize and StructuredDeserialize of HTML (section 2.7) in one: objects are copied in the order in which
 * the standard visits them, and filled when all is copied and transferred. Goes as deep as memory allows, without
 * recursion.
 *
 * What an object is, is told by its prototypes, so that ordinary objects cost nothing: one whose prototype was
 * replaced is an ordinary object here.
 */
export class Cloner {
  readonly #slots = new PlainMap<object, Slot>();
  /** From the outermost to the innermost that is being copied. */
  readonly #stack: Container[] = [];
  readonly #containers: Container[] = [];
  readonly #views: { readonly slot: Slot; readonly view: BufferView; readonly buffer: Slot }[] = [];
  readonly #cloneBlob: (value: object) => object | undefined;

  /** `cloneBlob` is undefined for anything but a Blob. */
  constructor(cloneBlob: (value: object) => object | undefined) {
    this.#cloneBlob = cloneBlob;
  }

  /** The place of what will be transferred; undefined when it is known already. */
  reserve(value: object): Slot | undefined {
    if (mapGet(this.#slots, value) !== undefined) return undefined;
    const slot: Slot = { target: undefined };
    mapSet(this.#slots, value, slot);
    return slot;
  }

  /** Copies, not yet connected. Runs scripts' getters. */
  copy(value: unknown): unknown {
    const root = this.#copy(value);
    while (this.#stack.length > 0) {
      const container = this.#stack[this.#stack.length - 1]!;
      if (container.isDone) this.#stack.length--;
      else if (container.hasNext()) container.add(this.#copy(container.read()));
    }
    return root;
  }

  /** Connects the copies; what was reserved has its target by now. */
  finish(root: unknown): unknown {
    for (let i = 0; i < this.#views.length; i++) {
      const { slot, view, buffer } = this.#views[i]!;
      slot.target = makeBufferView(view, buffer.target as ArrayBuffer);
    }
    for (let i = 0; i < this.#containers.length; i++) this.#containers[i]!.fill();
    return contentOf(root);
  }

  /** The value itself, or the slot of an object. */
  #copy(value: unknown): unknown {
    if (typeof value === "function") throw cloneError("a function");
    if (typeof value === "symbol") throw cloneError("a symbol");
    if (typeof value !== "object" || value === null) return value;
    const known = mapGet(this.#slots, value);
    if (known !== undefined) return known;
    const slot: Slot = { target: undefined };
    mapSet(this.#slots, value, slot);
    if (isView(value)) this.#copyView(value, slot);
    else slot.target = this.#copyObject(value, slot);
    return slot;
  }

  #copyView(value: object, slot: Slot): void {
    const view = readBufferView(value);
    const buffer = this.#copy(view.buffer) as Slot;
    push(this.#views, { slot, view, buffer });
  }

  #copyObject(value: object, slot: Slot): object {
    if (isArray(value)) {
      const copy: unknown[] = [];
      copy.length = value.length;
      return this.#contain(slot, copy, "properties", value, objectKeys(value));
    }
    if (isError(value)) return this.#copyError(value, slot);
    for (
      let prototype = getPrototypeOf(value);
      prototype !== null && prototype !== objectPrototype;
      prototype = getPrototypeOf(prototype)
    ) {
      const copy = this.#copyBuiltin(value, prototype, slot);
      if (copy !== undefined) return copy;
      if (isPlatformPrototype(prototype)) {
        const blob = this.#cloneBlob(value);
        if (blob !== undefined) return blob;
        throw cloneError(`an object of class ${prototype[Symbol.toStringTag]}`);
      }
    }
    return this.#contain(slot, {}, "properties", value, objectKeys(value));
  }

  #copyBuiltin(value: object, prototype: object, slot: Slot): object | undefined {
    if (prototype === mapPrototype || prototype === setPrototype) {
      const items = prototype === mapPrototype ? mapItems(value) : setItems(value);
      if (items === undefined) return undefined;
      return prototype === mapPrototype
        ? this.#contain(slot, new PlainMap(), "map", items, undefined)
        : this.#contain(slot, new SetClass(), "set", items, undefined);
    }
    return mapGet(builtinCopies, prototype)?.(value);
  }

  #copyError(error: Error, slot: Slot): Error {
    const copy = copyError(error);
    const cause = getOwnPropertyDescriptor(error, "cause");
    if (cause === undefined || !hasOwn(cause, "value")) return copy;
    return this.#contain(slot, copy, "cause", [cause.value], undefined);
  }

  /** What `source` holds is copied next, before the rest of what holds it. */
  #contain<T extends object>(
    slot: Slot,
    target: T,
    kind: ContainerKind,
    source: object,
    keys: readonly string[] | undefined,
  ): T {
    slot.target = target;
    const container = new Container(target, kind, source, keys);
    push(this.#stack, container);
    push(this.#containers, container);
    return target;
  }
}

/** Keys and values by turns; undefined for what is no Map. */
function mapItems(value: object): unknown[] | undefined {
  const items: unknown[] = [];
  try {
    mapForEach(value as Map<unknown, unknown>, (item, key) => {
      push(items, key);
      push(items, item);
    });
  } catch {
    return undefined;
  }
  return items;
}

function setItems(value: object): unknown[] | undefined {
  const items: unknown[] = [];
  try {
    setForEach(value as Set<unknown>, (item) => void push(items, item));
  } catch {
    return undefined;
  }
  return items;
}

/**
 * Whether it is the prototype of a class that is not the script's: the built-in ones and those of the web platform
 * have their name in a property that no assignment and no class body makes like this.
 */
function isPlatformPrototype(prototype: object): prototype is { [Symbol.toStringTag]: string } {
  const tag = getOwnPropertyDescriptor(prototype, Symbol.toStringTag);
  return (
    tag !== undefined &&
    typeof tag.value === "string" &&
    tag.writable === false &&
    tag.enumerable === false &&
    tag.configurable === true
  );
}
