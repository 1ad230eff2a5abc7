import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { EXIT_FAULT, EXIT_FINE, UsageError } from "./exit_code.ts";
import { loadSelected } from "./load_selected.ts";

export interface SignalOptions {
  /** Process id, as it was typed. */
  readonly pid?: string;
}

/** What each command asks for. */
const SIGNALS = { reload: "SIGHUP", upgrade: "SIGUSR2", stop: "SIGTERM" } as const;
export type SignalCommand = keyof typeof SIGNALS;

const TOLD: Readonly<Record<SignalCommand, string>> = {
  reload: "reads its configuration again; its log tells whether it could be used",
  upgrade: "is asked to let a new process take over; its log tells whether it could",
  stop: "finishes what is under way and ends",
};

/** Milliseconds between two looks whether a process has ended. */
const LOOK = 50;

/**
 * `lodestone reload`, `upgrade` and `stop`: send a running server a signal; resolves with the exit code. The server is
 * found by the process id that is given, else by the `pidFile` of the configuration. `stop` waits for the end.
 */
export async function signalServer(
  command: SignalCommand,
  file: string | undefined,
  options: SignalOptions,
): Promise<number> {
  const found = options.pid === undefined ? await pidOfConfig(command, file) : { pid: typedPid(options.pid) };
  if ("exitCode" in found) return found.exitCode;
  const { pid } = found;
  const stranger = whyNoServer(pid);
  if (stranger !== undefined) return fail(stranger);
  try {
    process.kill(pid, constants.signals[SIGNALS[command]]);
  } catch (error) {
    return fail(whyNotSent(pid, (error as NodeJS.ErrnoException).code));
  }
  process.stdout.write(`lodestone: process ${pid} ${TOLD[command]}\n`);
  if (command === "stop") await ended(pid);
  return EXIT_FINE;
}

function typedPid(text: string): number {
  const pid = Number(text);
  if (/^[0-9]{1,10}$/.test(text) && pid > 1) return pid;
  throw new UsageError(`--pid ${text}: a process id is a number above 1`);
}

async function pidOfConfig(
  command: SignalCommand,
  file: string | undefined,
): Promise<{ readonly pid: number } | { readonly exitCode: number }> {
  const loaded = await loadSelected(file, {});
  if ("exitCode" in loaded) {
    process.stderr.write("lodestone: to find a server without its configuration: --pid PID\n");
    return loaded;
  }
  const { pidFile } = loaded.config;
  if (pidFile === undefined) {
    throw new UsageError(
      `${loaded.file} has no pidFile, so nothing tells which process serves it: lodestone ${command} --pid PID`,
    );
  }
  let text: string;
  try {
    text = readFileSync(pidFile, "latin1").trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "is not there: the server does not run" : `cannot be read: ${code}`;
    return { exitCode: fail(`the pid file ${pidFile} ${reason}`) };
  }
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) <= 1) {
    return { exitCode: fail(`the pid file ${pidFile} has no process id in it`) };
  }
  return { pid: Number(text) };
}

/** A process that was killed leaves its pid file behind, and its number may be another program's by now. */
function whyNoServer(pid: number): string | undefined {
  let command: string;
  try {
    command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // Without /proc, or gone: sending the signal tells.
    return undefined;
  }
  if (/(?:main\.[tj]s|lodestone(?:\.js)?)\0serve\b/.test(command)) return undefined;
  return `process ${pid} is not Lodestone: ${command.split("\0").join(" ").trim().slice(0, 200)}`;
}

function whyNotSent(pid: number, code: string | undefined): string {
  if (code === "ESRCH") return `there is no process ${pid}: the server has ended`;
  if (code === "EPERM") return `process ${pid} is another user's: try it as that user, or as root`;
  return `process ${pid} cannot be signalled: ${code}`;
}

async function ended(pid: number): Promise<void> {
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, LOOK));
}

/** A process that has ended but was not waited for yet counts as ended. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function fail(message: string): number {
  process.stderr.write(`lodestone: ${message}\n`);
  return EXIT_FAULT;
}
