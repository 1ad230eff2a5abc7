import { type BigIntStats, statSync } from "node:fs";

/**
 * Files that belong together, and whether any of them is another one than at the last look. Symbolic links are followed
 * to their ends, so that a link which has been led elsewhere counts as well.
 */
export class WatchedFiles {
  readonly #paths: readonly string[];
  #signature: string;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
    this.#signature = this.#read();
  }

  /** Whether something has changed since this was asked last. */
  look(): boolean {
    const signature = this.#read();
    const hasChanged = signature !== this.#signature;
    this.#signature = signature;
    return hasChanged;
  }

  #read(): string {
    return this.#paths.map(signatureOf).join("\n");
  }
}

/** The change time notices a file that was put in place with its old modification time. */
function signatureOf(path: string): string {
  let stat: BigIntStats | undefined;
  try {
    stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // No permission, or a file where a folder should be: as good as not there.
  }
  return stat === undefined ? "missing" : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`;
}
