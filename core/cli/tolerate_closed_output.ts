import type { Writable } from "node:stream";

/**
 * Lets a stream's reader leave (`lodestone --help | head -1`): what nobody reads any more must end neither a command with
 * a stack trace nor a server. Other faults of writing remain faults.
 */
export function tolerateClosedOutput(stream: Writable): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
