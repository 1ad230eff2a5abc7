import { DOMException } from "../language/dom_exception.ts";

/** What HTML has thrown for a value that cannot be cloned. `what` is a noun: "a function". */
export function cloneError(what: string): DOMException {
  return new DOMException(`structuredClone: ${what} cannot be cloned`, "DataCloneError");
}
