import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../observe/logger.ts";

/** The file that tells the process id of the supervisor that serves. */
export class PidFile {
  #path: string | undefined;

  /**
   * Writes this process's id there, in one step for whoever reads it, and removes the file it was in before. What cannot
   * be written is a warning: serving does not depend on it.
   */
  write(path: string | undefined, logger: Logger): void {
    if (this.#path !== path) this.remove();
    if (path === undefined) return;
    const written = `${path}.${process.pid}`;
    try {
      rmSync(written, { force: true });
      writeFileSync(written, `${process.pid}\n`, { flag: "wx", mode: 0o644 });
      renameSync(written, path);
      this.#path = path;
    } catch (error) {
      removeQuietly(written);
      logger.warn({ pidFile: path, reason: (error as Error).message }, "the pid file cannot be written");
    }
  }

  /** Removes the file, unless another process has written its own there. */
  remove(): void {
    const path = this.#path;
    this.#path = undefined;
    try {
      if (path !== undefined && readFileSync(path, "latin1").trim() === String(process.pid)) rmSync(path);
    } catch {
      // Gone already, or not ours to remove any more.
    }
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It was never there: the folder is none, say.
  }
}
