import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const FOLDER = join(import.meta.dirname, "../../examples/systemd");
const FILES = ["lodestone.service", "lodestone.socket"];

/** What `systemd-analyze verify` says about units, with a program that is there in the place of /usr/bin/lodestone. */
async function verify(change: (text: string) => string = (text) => text): Promise<string> {
  using folder = new TemporaryFolder("systemd");
  const program = folder.write("lodestone", "#!/bin/sh\n");
  chmodSync(program, 0o755);
  const paths = FILES.map((name) => {
    const text = readFileSync(join(FOLDER, name), "utf8").replaceAll("/usr/bin/lodestone", program);
    return folder.write(name, change(text));
  });
  const { stdout, stderr } = await promisify(execFile)("systemd-analyze", [
    "verify",
    "--man=no",
    ...paths,
  ]).catch((error: { stdout: string; stderr: string }) => error);
  // Of other units of this machine nothing is to be said here.
  return (stdout + stderr)
    .split("\n")
    .filter((line) => line.includes("lodestone"))
    .join("\n");
}

test("systemd finds nothing wrong with the units", async () => {
  assert.equal(await verify(), "");
});

test("systemd would have found it", async () => {
  assert.match(await verify((text) => text.replace("KillMode=mixed", "KillMode=some")), /kill mode/);
  assert.match(await verify((text) => text.replace("ProtectHome=", "ProtectHomes=")), /ProtectHomes/);
});

test("systemd waits longer than the requests that are under way", () => {
  const service = readFileSync(join(FOLDER, "lodestone.service"), "utf8");
  const [, seconds] = /^TimeoutStopSec=(\d+)$/m.exec(service)!;
  // drainTimeout, unless it is configured, and the 2 seconds after which the supervisor kills.
  assert.ok(Number(seconds) > 30 + 2);
});
