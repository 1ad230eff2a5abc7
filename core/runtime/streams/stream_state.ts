import { ReadableStream, type ReadableStreamDefaultReader, WritableStream } from "web-streams-polyfill";
import { inspectSymbol } from "../console/inspect_symbol.ts";
import { defineProperty, hasOwn, reflectApply } from "../language/primordials.ts";

// As they were before a script could replace them.
const { tee: teeMethod, getReader: getReaderMethod, cancel: cancelMethod } = ReadableStream.prototype;
const lockedGetter = Object.getOwnPropertyDescriptor(ReadableStream.prototype, "locked")!.get!;

/** The slots of the Streams standard as the polyfill keeps them: `[[disturbed]]`, `[[controller]]`. */
interface Slots {
  readonly _disturbed: boolean;
}

export function isReadableStream(value: object): value is ReadableStream {
  return value instanceof ReadableStream && hasOwn(value, "_readableStreamController");
}

/** Whether it has been read from or canceled. */
export function isDisturbed(stream: ReadableStream): boolean {
  return (stream as unknown as Slots)._disturbed;
}

export function isLocked(stream: ReadableStream): boolean {
  return reflectApply(lockedGetter, stream, []) as boolean;
}

export function tee(stream: ReadableStream): [ReadableStream, ReadableStream] {
  return reflectApply(teeMethod, stream, []) as [ReadableStream, ReadableStream];
}

/** Never handed to scripts. Throws a TypeError when the stream is locked. */
export function readerOf(stream: ReadableStream): ReadableStreamDefaultReader<unknown> {
  return reflectApply(getReaderMethod, stream, []) as ReadableStreamDefaultReader<unknown>;
}

export function cancelStream(stream: ReadableStream): Promise<void> {
  return reflectApply(cancelMethod, stream, []) as Promise<void>;
}

/** What `console` shows of streams: nothing of how they work. */
export function hideInternals(): void {
  const view = {
    [inspectSymbol](this: { readonly locked: boolean }): object {
      return { locked: this.locked };
    },
  }[inspectSymbol];
  for (const prototype of [ReadableStream.prototype, WritableStream.prototype]) {
    defineProperty(prototype, inspectSymbol, { value: view });
  }
}
