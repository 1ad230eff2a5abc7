import { arrayBufferLength } from "../language/primordials.ts";
import type { Operations } from "../turn/operations.ts";
import type { Outbox } from "../turn/outbox.ts";
import type { HeldBody } from "./content.ts";

/** What reading a held body needs of its isolate. */
export interface HeldServices {
  readonly operations: Operations;
  readonly outbox: Outbox;
}

/** Brings the whole body: text, or an ArrayBuffer. */
export async function readHeld<T>(held: HeldBody, asBytes: boolean, services: HeldServices): Promise<T> {
  const body = await read<T>(held, services, (operation) =>
    services.outbox.readBody(operation, held.slot, held.handle, asBytes),
  );
  heldDone(held);
  return body;
}

/** Brings the next piece of the body; no bytes at its end. */
export async function readHeldPiece(held: HeldBody, services: HeldServices): Promise<ArrayBuffer> {
  const piece = await read<ArrayBuffer>(held, services, (operation) =>
    services.outbox.readPiece(operation, held.slot, held.handle),
  );
  if (arrayBufferLength(piece) === 0) heldDone(held);
  return piece;
}

/** The body has gone its way, or come to its end. */
export function heldDone(held: HeldBody): void {
  const { onDone } = held;
  held.isDone = true;
  held.onDone = undefined;
  onDone?.();
}

/** Nobody wants the body, or the rest of it. */
export function dropHeld(held: HeldBody, { outbox }: HeldServices): void {
  held.used = true;
  outbox.dropBody(held.slot, held.handle);
  heldDone(held);
}

/** Whoever reads the body, now or later, fails with the reason. */
export function abortHeld(held: HeldBody, reason: unknown, services: HeldServices): void {
  held.failure = { reason };
  services.outbox.dropBody(held.slot, held.handle);
  held.onAbort?.(reason);
  services.operations.fail(held.reading, reason);
}

async function read<T>(
  held: HeldBody,
  { operations }: HeldServices,
  command: (operation: number) => void,
): Promise<T> {
  if (held.failure !== undefined) throw held.failure.reason;
  const operation = operations.next();
  command(operation);
  held.reading = operation;
  try {
    return await operations.wait<T>(operation);
  } finally {
    held.reading = 0;
  }
}
