import { DOMException, isDOMException } from "../language/dom_exception.ts";
import { createObject, getOwnPropertyDescriptor, hasOwn, reflectApply } from "../language/primordials.ts";
import { defineHidden, toDOMString } from "../language/web_idl.ts";

type AnyErrorConstructor = new () => Error;

/** The classes a clone can have; of another one it becomes an Error. */
const constructors = createObject(null) as Record<string, AnyErrorConstructor>;
for (const each of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  constructors[each.name] = each;
}

const { isError: isErrorObject } = Error as unknown as { isError(value: unknown): value is Error };

/** V8's own accessor, which no script wrote; where `stack` looks like data it is undefined. */
const stackGetter = getOwnPropertyDescriptor(new Error(), "stack")?.get;

/** Whether it is an Error, whatever its prototype. */
export const isError: (value: unknown) => value is Error = isErrorObject;

/** A copy with name, message and stack; its cause is left to the caller. */
export function copyError(error: Error): Error {
  if (isDOMException(error)) {
    const copy = new DOMException(error.message, error.name);
    defineHidden(copy, "stack", stackOf(error));
    return copy;
  }
  const name: unknown = error.name;
  const message = getOwnPropertyDescriptor(error, "message");
  const text = message !== undefined && hasOwn(message, "value") ? toDOMString(message.value) : undefined;
  const copy = new ((typeof name === "string" ? constructors[name] : undefined) ?? constructors.Error!)();
  defineHidden(copy, "stack", stackOf(error));
  if (text !== undefined) defineHidden(copy, "message", text);
  return copy;
}

function stackOf(error: Error): string | undefined {
  const descriptor = getOwnPropertyDescriptor(error, "stack");
  if (descriptor === undefined) return undefined;
  const stack: unknown =
    descriptor.get !== undefined && descriptor.get === stackGetter
      ? reflectApply(descriptor.get as (this: Error) => unknown, error, [])
      : descriptor.value;
  return typeof stack === "string" ? stack : undefined;
}
