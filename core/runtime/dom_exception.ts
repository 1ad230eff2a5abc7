import { finishClass, toDOMString } from "./web_idl.ts";

/** Names that have a `code` (Web IDL section 2.8.1), at the index of that code. */
const NAMES_BY_CODE = [
  "",
  "IndexSizeError",
  "",
  "HierarchyRequestError",
  "WrongDocumentError",
  "InvalidCharacterError",
  "",
  "NoModificationAllowedError",
  "NotFoundError",
  "NotSupportedError",
  "InUseAttributeError",
  "InvalidStateError",
  "SyntaxError",
  "InvalidModificationError",
  "NamespaceError",
  "InvalidAccessError",
  "",
  "TypeMismatchError",
  "SecurityError",
  "NetworkError",
  "AbortError",
  "URLMismatchError",
  "QuotaExceededError",
  "TimeoutError",
  "InvalidNodeTypeError",
  "DataCloneError",
];

/** The DOMException class of Web IDL, without the legacy constants. */
export class DOMException extends Error {
  readonly #name: string;

  constructor(message = "", name = "Error") {
    super(toDOMString(message));
    this.#name = toDOMString(name);
  }

  override get name(): string {
    return this.#name;
  }

  get code(): number {
    for (let i = 1; i < NAMES_BY_CODE.length; i++) {
      if (NAMES_BY_CODE[i] === this.#name) return i;
    }
    return 0;
  }
}

finishClass(DOMException, "DOMException", ["name", "code"]);
