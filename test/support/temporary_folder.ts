import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder that is deleted with everything in it at the end of its scope. */
export class TemporaryFolder implements Disposable {
  readonly path: string;

  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `lodestone-${name}-`));
  }

  /** Writes a file, making its folders. Returns the absolute path. */
  write(path: string, content: string | Uint8Array): string {
    const absolute = join(this.path, path);
    mkdirSync(dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    return absolute;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
