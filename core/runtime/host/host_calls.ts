import type { CryptoHostCalls } from "./crypto_host_calls.ts";
import type { UrlHostCalls } from "./url_host_calls.ts";

/** The host's synchronous functions: all that an isolate can call. Only primitives and bytes cross. */
export interface HostCalls extends UrlHostCalls, CryptoHostCalls {
  /** Packed `FileStat` (see `file_stat.ts`), or undefined when missing or not allowed. */
  stat(path: string): string | undefined;
  /** Hands bytes to the host, which copies them; returns the handle that a command of this entry may name. */
  putBytes(bytes: ArrayBuffer): number;
  /** Microtasks have produced commands after the entry handed over its own: the host shall enter again. */
  wake(): void;
  /** The text of a chunk of the runtime (`chunks.ts`). */
  chunk(name: string): string;
  /**
   * A step of a request that is traced (`tracing.ts`), with what belongs to its kind. Only there where the host traces.
   */
  readonly trace?: (kind: string, ...values: unknown[]) => void;
  /** Milliseconds since the isolate began, by a monotonic clock, in steps of 0.1. */
  now(): number;
}
