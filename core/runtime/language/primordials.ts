/**
 * Built-in functions as they were before any script ran. The runtime calls these where a script that
 * replaced a built-in (`Array.prototype.push = ...`) must not be able to change what the runtime does.
 *
 * Methods take their `this` as first argument. In the same spirit the runtime walks arrays by index, never by
 * their iterator, and tests text by code unit, never by a regular expression (`RegExp.prototype.exec` can be
 * replaced).
 */

type Method<T, A extends unknown[], R> = (this: T, ...args: A) => R;
type Uncurried<T, A extends unknown[], R> = (self: T, ...args: A) => R;

const { bind, call } = Function.prototype;

export function uncurry<T, A extends unknown[], R>(method: Method<T, A, R>): Uncurried<T, A, R> {
  return bind.call(call as never, method) as Uncurried<T, A, R>;
}

export function getterOf<T, R>(prototype: T, name: PropertyKey): (self: T) => R {
  return uncurry(Object.getOwnPropertyDescriptor(prototype, name)!.get as Method<T, [], R>);
}

export const {
  apply: reflectApply,
  ownKeys,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  defineProperty,
} = Reflect;
export const { isArray } = Array;
export const { freeze: freezeObject, create: createObject } = Object;
export const { fromCharCode } = String;
export const { min, max } = Math;
export const { isView } = ArrayBuffer;
export const { parse: jsonParse } = JSON;
const { stringify } = JSON;
/**
 * `JSON.stringify`. Without `space` V8 would take a way on which it looks for no limit: 60 arrays that each hold the
 * next twice would hold up the worker for good.
 */
export const jsonStringify = (value: unknown): string => stringify(value, null, "");
export const uriDecode = decodeURIComponent;
export const uriEncode = encodeURIComponent;

export const hasOwn: (object: object, key: PropertyKey) => boolean = Object.hasOwn;

export const charCodeAt: (text: string, index: number) => number = uncurry(String.prototype.charCodeAt);
export const indexOf: (text: string, search: string, from?: number) => number = uncurry(
  String.prototype.indexOf,
);
export const lastIndexOf: (text: string, search: string, from?: number) => number = uncurry(
  String.prototype.lastIndexOf,
);
export const slice: (text: string, from: number, to?: number) => string = uncurry(String.prototype.slice);
export const startsWith: (text: string, search: string, from?: number) => boolean = uncurry(
  String.prototype.startsWith,
);
export const toLowerCase: (text: string) => string = uncurry(String.prototype.toLowerCase);
export const toUpperCase: (text: string) => string = uncurry(String.prototype.toUpperCase);
export const toWellFormed: (text: string) => string = uncurry(String.prototype.toWellFormed);
export const repeat: (text: string, count: number) => string = uncurry(String.prototype.repeat);

export const push: <T>(array: T[], item: T) => number = uncurry(Array.prototype.push) as never;
export const sort: <T>(array: T[], compare: (a: T, b: T) => number) => T[] = uncurry(
  Array.prototype.sort,
) as never;

export const PlainMap = Map;
export const PlainWeakMap = WeakMap;
export const weakMapGet: <V>(map: WeakMap<object, V>, key: object) => V | undefined = uncurry(
  WeakMap.prototype.get,
) as never;
export const weakMapSet: <V>(map: WeakMap<object, V>, key: object, value: V) => unknown = uncurry(
  WeakMap.prototype.set,
) as never;
export const PlainPromise = Promise;
export const promiseThen: (
  promise: Promise<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: () => void,
) => unknown = uncurry(Promise.prototype.then) as never;
/** The text of a function's source. */
export const functionText: (of: object) => string = uncurry(Function.prototype.toString) as never;

export const mapGet: <K, V>(map: ReadonlyMap<K, V>, key: K) => V | undefined = uncurry(
  Map.prototype.get,
) as never;
export const mapSet: <K, V>(map: Map<K, V>, key: K, value: V) => Map<K, V> = uncurry(
  Map.prototype.set,
) as never;
export const mapSize: (map: ReadonlyMap<unknown, unknown>) => number = getterOf(
  Map.prototype as ReadonlyMap<unknown, unknown>,
  "size",
);
export const setSize: (set: ReadonlySet<unknown>) => number = getterOf(
  Set.prototype as ReadonlySet<unknown>,
  "size",
);
export const mapForEach: (
  map: ReadonlyMap<unknown, unknown>,
  visit: (value: unknown, key: unknown) => void,
) => void = uncurry(Map.prototype.forEach) as never;
export const setAdd: <T>(set: Set<T>, item: T) => Set<T> = uncurry(Set.prototype.add) as never;
export const setDelete: <T>(set: Set<T>, item: T) => boolean = uncurry(Set.prototype.delete) as never;
export const setForEach: (set: ReadonlySet<unknown>, visit: (value: unknown) => void) => void = uncurry(
  Set.prototype.forEach,
) as never;

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as Uint8Array;
/** Name of a typed array's kind, undefined for anything else. */
export const typedArrayName: (value: unknown) => string | undefined = getterOf(
  typedArrayPrototype as unknown,
  Symbol.toStringTag,
);
export const subarray: (bytes: Uint8Array, from: number, to?: number) => Uint8Array<ArrayBuffer> = uncurry(
  Uint8Array.prototype.subarray,
) as never;
export const sliceBytes: (bytes: Uint8Array, from: number, to?: number) => Uint8Array<ArrayBuffer> = uncurry(
  Uint8Array.prototype.slice,
) as never;
export const setBytes: (target: Uint8Array, source: ArrayLike<number>, offset?: number) => void = uncurry(
  Uint8Array.prototype.set,
);
export const typedArrayLength: (view: unknown) => number = getterOf(typedArrayPrototype as unknown, "length");
export const typedArrayBuffer: (view: unknown) => ArrayBuffer = getterOf(
  typedArrayPrototype as unknown,
  "buffer",
);
export const typedArrayOffset: (view: unknown) => number = getterOf(
  typedArrayPrototype as unknown,
  "byteOffset",
);
const typedArrayBytes: (view: unknown) => number = getterOf(typedArrayPrototype as unknown, "byteLength");
export const dataViewBuffer: (view: unknown) => ArrayBuffer = getterOf(
  DataView.prototype as unknown,
  "buffer",
);
export const dataViewOffset: (view: unknown) => number = getterOf(
  DataView.prototype as unknown,
  "byteOffset",
);
export const dataViewBytes: (view: unknown) => number = getterOf(DataView.prototype as unknown, "byteLength");
export const arrayBufferLength: (buffer: unknown) => number = getterOf(
  ArrayBuffer.prototype as unknown,
  "byteLength",
);

export const Bytes = Uint8Array;

/** The bytes of a view or a buffer, not copied. Throws a TypeError for anything else. */
export function bytesOf(source: unknown): Uint8Array {
  if (!isView(source)) {
    arrayBufferLength(source);
    return new Bytes(source as ArrayBuffer);
  }
  return typedArrayName(source) === undefined
    ? new Bytes(dataViewBuffer(source), dataViewOffset(source), dataViewBytes(source))
    : new Bytes(typedArrayBuffer(source), typedArrayOffset(source), typedArrayBytes(source));
}
