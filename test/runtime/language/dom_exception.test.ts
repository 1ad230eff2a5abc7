import assert from "node:assert/strict";
import { test } from "node:test";
import { DOMException, isDOMException } from "../../../core/runtime/language/dom_exception.ts";

const NodeDOMException = globalThis.DOMException;

test("a DOMException is an Error with name, message and code", () => {
  const error = new DOMException("gone", "AbortError");
  assert.deepEqual([error.name, error.message, error.code], ["AbortError", "gone", 20]);
  assert.ok(error instanceof Error && error instanceof DOMException);
  assert.equal(String(error), "AbortError: gone");
  assert.equal(Object.prototype.toString.call(error), "[object DOMException]");
  assert.deepEqual(Object.keys(error), []);
  assert.deepEqual([new DOMException().name, new DOMException().message], ["Error", ""]);
  assert.equal(new DOMException(undefined, undefined).code, 0);
  assert.equal(new DOMException("", "").code, 0);
  assert.equal(DOMException.length, 0);
});

test("its stack begins with name and message and with the line that made it", () => {
  const makeOne = () => new (class extends DOMException {})("gone", "AbortError");
  const [first, second] = makeOne().stack!.split("\n");
  assert.equal(first, "AbortError: gone");
  assert.match(second!, /makeOne/);
});

test("names, codes and constants are those of Node's DOMException", () => {
  for (const holder of [DOMException, DOMException.prototype] as unknown as Record<string, number>[]) {
    const names = Object.keys(NodeDOMException).filter((name) => name.endsWith("_ERR"));
    assert.equal(names.length, 25);
    for (const name of names) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, name);
      assert.deepEqual(descriptor, Object.getOwnPropertyDescriptor(NodeDOMException, name), name);
    }
  }
  const names =
    "IndexSizeError HierarchyRequestError WrongDocumentError InvalidCharacterError NoModificationAllowedError " +
    "NotFoundError NotSupportedError InUseAttributeError InvalidStateError SyntaxError InvalidModificationError " +
    "NamespaceError InvalidAccessError TypeMismatchError SecurityError NetworkError AbortError URLMismatchError " +
    "QuotaExceededError TimeoutError InvalidNodeTypeError DataCloneError OperationError EncodingError NoSuchError";
  for (const name of names.split(" ")) {
    assert.equal(new DOMException("", name).code, new NodeDOMException("", name).code, name);
  }
});

test("name, message and code belong to its prototype and to nothing else", () => {
  const descriptor = Object.getOwnPropertyDescriptor(DOMException.prototype, "message")!;
  assert.deepEqual([descriptor.enumerable, descriptor.set], [true, undefined]);
  assert.throws(() => descriptor.get!.call(new Error("x")), TypeError);
  assert.equal(isDOMException(new DOMException()), true);
  assert.equal(isDOMException(Object.create(DOMException.prototype)), false);
  assert.equal(isDOMException(undefined), false);
});
