import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeRecord, type HeartbeatRecord, RECORD_LENGTH } from "../script/limits/heartbeat_record.ts";

/** Memory before disk. */
const FOLDERS: readonly string[] = ["/dev/shm", tmpdir()];

/** The file without a name in which one worker writes its signs of life. */
export class HeartbeatFile {
  readonly fd: number;
  readonly #fields = new Int32Array(RECORD_LENGTH / 4);
  readonly #bytes = new Uint8Array(this.#fields.buffer);

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Undefined when no folder takes one. */
  static open(folders: readonly string[] = FOLDERS): HeartbeatFile | undefined {
    for (const folder of folders) {
      const fd = openUnnamed(folder);
      if (fd !== undefined) return new HeartbeatFile(fd);
    }
    return undefined;
  }

  read(): HeartbeatRecord {
    readSync(this.fd, this.#bytes, 0, RECORD_LENGTH, 0);
    return decodeRecord(this.#fields);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function openUnnamed(folder: string): number | undefined {
  const path = join(folder, `lodestone-${randomUUID()}`);
  let fd: number | undefined;
  try {
    fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    // Takes the space now: a worker cannot do anything about a full disk.
    writeSync(fd, new Uint8Array(RECORD_LENGTH), 0, RECORD_LENGTH, 0);
    return fd;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}
