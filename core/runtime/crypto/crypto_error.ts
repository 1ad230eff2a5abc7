import { DOMException } from "../language/dom_exception.ts";

type ErrorName =
  | "NotSupportedError"
  | "SyntaxError"
  | "DataError"
  | "InvalidAccessError"
  | "OperationError"
  | "TypeMismatchError"
  | "QuotaExceededError";

/** A DOMException of `crypto`; `name` is the one the specification prescribes. */
export function cryptoError(name: ErrorName, message: string): DOMException {
  return new DOMException(`crypto: ${message}`, name);
}
