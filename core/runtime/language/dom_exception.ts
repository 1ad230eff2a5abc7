import { createObject } from "./primordials.ts";
import { defineConstants, finishClass, toDOMString } from "./web_idl.ts";

/** Name of the error, name of the constant, by code (Web IDL sections 2.8.1 and 3.14.1). Codes begin with 1. */
const CODES: readonly (readonly [name: string, constant: string])[] = [
  ["IndexSizeError", "INDEX_SIZE_ERR"],
  ["", "DOMSTRING_SIZE_ERR"],
  ["HierarchyRequestError", "HIERARCHY_REQUEST_ERR"],
  ["WrongDocumentError", "WRONG_DOCUMENT_ERR"],
  ["InvalidCharacterError", "INVALID_CHARACTER_ERR"],
  ["", "NO_DATA_ALLOWED_ERR"],
  ["NoModificationAllowedError", "NO_MODIFICATION_ALLOWED_ERR"],
  ["NotFoundError", "NOT_FOUND_ERR"],
  ["NotSupportedError", "NOT_SUPPORTED_ERR"],
  ["InUseAttributeError", "INUSE_ATTRIBUTE_ERR"],
  ["InvalidStateError", "INVALID_STATE_ERR"],
  ["SyntaxError", "SYNTAX_ERR"],
  ["InvalidModificationError", "INVALID_MODIFICATION_ERR"],
  ["NamespaceError", "NAMESPACE_ERR"],
  ["InvalidAccessError", "INVALID_ACCESS_ERR"],
  ["", "VALIDATION_ERR"],
  ["TypeMismatchError", "TYPE_MISMATCH_ERR"],
  ["SecurityError", "SECURITY_ERR"],
  ["NetworkError", "NETWORK_ERR"],
  ["AbortError", "ABORT_ERR"],
  ["URLMismatchError", "URL_MISMATCH_ERR"],
  ["QuotaExceededError", "QUOTA_EXCEEDED_ERR"],
  ["TimeoutError", "TIMEOUT_ERR"],
  ["InvalidNodeTypeError", "INVALID_NODE_TYPE_ERR"],
  ["DataCloneError", "DATA_CLONE_ERR"],
];

// V8's own, and so in no type.
const { captureStackTrace } = Error as unknown as {
  captureStackTrace(error: object, above: unknown): void;
};

let isInstance: (value: unknown) => value is DOMException;

/** The DOMException class of Web IDL. */
export class DOMException extends Error {
  readonly #name: string;
  readonly #message: string;

  constructor(message = "", name = "Error") {
    const text = toDOMString(message);
    super(text);
    this.#message = text;
    this.#name = toDOMString(name);
    // Anew, now that there is a name for its first line. Of messages V8 puts only one there that is the object's own.
    captureStackTrace(this, new.target);
    delete (this as { message?: string }).message;
  }

  override get name(): string {
    return this.#name;
  }

  override get message(): string {
    return this.#message;
  }

  get code(): number {
    if (this.#name === "") return 0;
    for (let i = 0; i < CODES.length; i++) if (CODES[i]![0] === this.#name) return i + 1;
    return 0;
  }

  static {
    isInstance = (value): value is DOMException =>
      typeof value === "object" && value !== null && #name in value;
  }
}

finishClass(DOMException, "DOMException", ["name", "message", "code"]);

const constants = createObject(null) as Record<string, number>;
for (let i = 0; i < CODES.length; i++) constants[CODES[i]![1]] = i + 1;
defineConstants(DOMException, constants);

/** Whether it is a DOMException, whatever a script did to its prototype. */
export const isDOMException = isInstance!;
