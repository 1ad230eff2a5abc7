import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a file holds; the last one is so many zero bytes, which take no room on the disk. */
export type Content = string | Uint8Array | { readonly zeros: number };

/** A folder that is deleted with everything in it at the end of its scope. */
export class TemporaryFolder implements Disposable {
  readonly path: string;

  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `lodestone-${name}-`));
  }

  /** Writes a file, making its folders. Returns the absolute path. */
  write(path: string, content: Content): string {
    const absolute = join(this.path, path);
    mkdirSync(dirname(absolute), { recursive: true });
    if (typeof content === "string" || content instanceof Uint8Array) writeFileSync(absolute, content);
    else {
      writeFileSync(absolute, "");
      truncateSync(absolute, content.zeros);
    }
    return absolute;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
