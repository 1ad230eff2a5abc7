import { mkdtempSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Real path of a new folder that goes with the test. */
export function tempFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "lodestone-files-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How many descriptors this process has open on files below a folder, deleted ones too. */
export function openBelow(folder: string): number {
  let count = 0;
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)) count++;
    } catch {
      // Closed since it was listed, as the one of the listing itself.
    }
  }
  return count;
}

/** Runs something synchronous as an ordinary user, since root may do everything. */
export function unprivileged(run: () => void): void {
  if (process.geteuid!() !== 0) {
    run();
    return;
  }
  process.seteuid!(65534);
  try {
    run();
  } finally {
    process.seteuid!(0);
  }
}
