/** How an operation refuses: `name` is `TypeError`, `RangeError`, `Error` or a DOMException's name. */
export class HostOperationError extends Error {
  override readonly name: string;

  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/**
 * Asynchronous operations that scripts may start by name, unbound to an exchange. Arguments are hostile. What is
 * not a `HostOperationError` is told to the script without its message.
 */
export type HostOperations = Readonly<
  Record<string, (json: string, bytes: readonly Uint8Array[]) => Promise<string | ArrayBuffer>>
>;

export async function runHostOperation(
  operations: HostOperations,
  name: string,
  json: string,
  bytes: readonly Uint8Array[],
): Promise<string | ArrayBuffer> {
  if (!Object.hasOwn(operations, name)) {
    throw new HostOperationError("TypeError", `the host has no operation "${name}"`);
  }
  return operations[name]!(json, bytes);
}

/** Name and message for the script. Messages of Node could tell of the host. */
export function hostOperationFailure(error: unknown): [name: string, message: string] {
  if (error instanceof HostOperationError) return [error.name, error.message];
  return ["OperationError", "the operation failed"];
}
