import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import test from "node:test";
import type { Logger } from "../../core/observe/logger.ts";
import { ServiceManager } from "../../core/supervisor/service_manager.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { until } from "../support/until.ts";

/** A program in the place of systemd-notify, which writes down what it is to tell and waits as long as the test likes. */
class Notifier implements Disposable {
  readonly folder = new TemporaryFolder("notifier");
  readonly warnings: string[] = [];
  readonly manager: ServiceManager;

  constructor(environment: NodeJS.ProcessEnv = {}, end = "") {
    const program = this.folder.write(
      "notify",
      '#!/bin/sh\ncd "$(dirname "$0")"\necho "$*" >> told\n' +
        `while [ -e held ]; do sleep 0.01; done\n${end}`,
    );
    chmodSync(program, 0o755);
    const logger = { warn: ({ reason }: { reason: string }) => void this.warnings.push(reason) };
    this.manager = new ServiceManager({
      environment: { PATH: process.env.PATH, NOTIFY_SOCKET: "/nowhere/notify", ...environment },
      logger: () => logger as unknown as Logger,
      program,
    });
  }

  /** What was told, one line for each time. */
  get told(): string[] {
    const path = `${this.folder.path}/told`;
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  }

  [Symbol.dispose](): void {
    this.manager.close();
    this.folder[Symbol.dispose]();
  }
}

test("notifications are told one at a time, in their order, each on one line", async () => {
  using notifier = new Notifier();
  const { manager } = notifier;
  const told = [manager.ready("serving", 7), manager.reloading(), manager.ready("a\nb"), manager.stopping()];
  await Promise.all(told);
  const lines = notifier.told.map((line) => line.replace(/MONOTONIC_USEC=\d+/, "MONOTONIC_USEC=…"));
  assert.deepEqual(lines, [
    "MAINPID=7 READY=1 STATUS=serving",
    "RELOADING=1 MONOTONIC_USEC=… STATUS=reloading",
    "READY=1 STATUS=a b",
    "STOPPING=1 STATUS=finishing what is under way",
  ]);
  assert.deepEqual(notifier.warnings, []);
});

test("a service manager that takes none gets twenty to wait for it and no more, until it takes them", async () => {
  using notifier = new Notifier();
  notifier.folder.write("held", "");
  let settled = 0;
  const all = Array.from({ length: 30 }, (_, i) =>
    notifier.manager.notify({ STATUS: String(i) }).then(() => settled++),
  );
  await until("the first is being told", () => notifier.told.length === 1);
  assert.equal(settled, 10, "nobody waits for those that are left out");
  rmSync(`${notifier.folder.path}/held`);
  await Promise.all(all);
  assert.deepEqual(
    notifier.told,
    Array.from({ length: 20 }, (_, i) => `STATUS=${i}`),
  );
  await notifier.manager.notify({ STATUS: "there is room again" });
  assert.equal(notifier.told.at(-1), "STATUS=there is room again");
});

test("what the program complains of is told once", async () => {
  using notifier = new Notifier({}, "echo 'no such socket' >&2\nexit 1\n");
  await notifier.manager.ready("serving");
  await notifier.manager.ready("serving");
  assert.deepEqual(notifier.warnings, ["no such socket"]);
  assert.equal(notifier.told.length, 2, "and it is tried again");
  using silent = new Notifier({}, "exit 3\n");
  await silent.manager.ready("serving");
  assert.match(silent.warnings[0] ?? "", /notify ended with exit code 3$/);
});

test("nothing is told when nobody listens", async () => {
  for (const NOTIFY_SOCKET of ["", undefined]) {
    using nobody = new Notifier({ NOTIFY_SOCKET, WATCHDOG_USEC: "2000" });
    await nobody.manager.ready("serving");
    assert.deepEqual(nobody.told, []);
  }
});

test("the watchdog hears of it by itself", async () => {
  using notifier = new Notifier({ WATCHDOG_USEC: "20000" });
  await until("it was told twice", () => notifier.told.length >= 2);
  assert.deepEqual(notifier.told.slice(0, 2), ["WATCHDOG=1", "WATCHDOG=1"]);
});

test("behind the end what waits is still told, and nothing that comes later", async () => {
  using notifier = new Notifier();
  notifier.folder.write("held", "");
  const first = notifier.manager.notify({ STATUS: "first" });
  const second = notifier.manager.notify({ STATUS: "second" });
  await until("the first is being told", () => notifier.told.length === 1);
  notifier.manager.close();
  rmSync(`${notifier.folder.path}/held`);
  await Promise.all([first, second, notifier.manager.ready("serving")]);
  assert.deepEqual(notifier.told, ["STATUS=first", "STATUS=second"]);
});
