/**
 * Bytes of memory this process has resident. Undefined while it has no descriptor left, for libuv opens a file of `/proc`
 * to know: that must not end a process which otherwise goes on.
 */
export function residentMemory(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    return undefined;
  }
}
