import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type Handover, UPGRADE_VARIABLE } from "./handed_sockets.ts";
import type { LaunchPlan } from "./launch_plan.ts";
import type { NamedSocket } from "./listening_sockets.ts";

/** Milliseconds until the new process has to serve. */
const DEADLINE = 120_000;
/** Milliseconds from SIGTERM to SIGKILL for one that failed. */
const LAST_WORDS = 5_000;
/** Characters of its reason. */
const LONGEST_REPORT = 65_536;
/** Descriptor of the pipe in the new process; sockets follow. */
const REPORT = 3;

/** Variables about this very process, which the next one must not believe. */
const OWN_VARIABLES: readonly string[] = ["WATCHDOG_PID", "LODESTONE_LAUNCHER", "NODE_CHANNEL_FD"];

export interface UpgradeOptions {
  readonly plan: LaunchPlan;
  readonly sockets: readonly NamedSocket[];
  /** Gives the upgrade up when it is aborted. */
  readonly signal: AbortSignal;
  readonly deadline?: number;
}

/**
 * Starts the program once more, on the same sockets, and resolves to its process id when it serves. Rejects with the
 * reason when it ends, takes too long, or says that it cannot serve; it has been told to end then.
 */
export async function startSuccessor(options: UpgradeOptions): Promise<number> {
  const { plan, sockets, signal, deadline = DEADLINE } = options;
  const handover: Handover = {
    report: REPORT,
    sockets: sockets.map(({ socket, configured }, index) => ({
      fd: REPORT + 1 + index,
      configured,
      address: socket.address,
      removesFile: socket.removesFile,
    })),
  };
  const env: NodeJS.ProcessEnv = { ...plan.env, [UPGRADE_VARIABLE]: JSON.stringify(handover) };
  for (const name of OWN_VARIABLES) delete env[name];
  const child = spawn(plan.node, plan.parameters, {
    stdio: ["inherit", "inherit", "inherit", "pipe", ...sockets.map(({ socket }) => socket.fd)],
    env,
  });
  const timeout = AbortSignal.timeout(deadline);
  try {
    await outcome(child, AbortSignal.any([signal, timeout]), () =>
      timeout.aborted ? `it does not serve after ${deadline / 1000} s` : "the server is being stopped",
    );
  } catch (error) {
    end(child);
    throw error;
  }
  // It lives on when this process ends.
  child.unref();
  return child.pid!;
}

async function outcome(child: ChildProcess, signal: AbortSignal, whyAborted: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Undefined when there was no descriptor for the pipe: the error tells.
  const report = child.stdio?.[REPORT] as Readable | undefined;
  let text = "";
  report?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end === -1 && text.length < LONGEST_REPORT) return;
    const line = text.slice(0, end === -1 ? undefined : end);
    if (line === "ready") resolve();
    else reject(new Error(reasonIn(line)));
  });
  report?.on("error", () => {});
  child.once("error", (error) => reject(new Error(`it cannot be started: ${error.message}`)));
  child.once("exit", (code, killed) =>
    reject(new Error(killed === null ? `it ended with exit code ${code}` : `it was killed by ${killed}`)),
  );
  const onAbort = (): void => reject(new Error(whyAborted()));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
    report?.destroy();
  }
}

/** What the successor says, as JSON; another program may say anything. */
function reasonIn(line: string): string {
  try {
    return String(JSON.parse(line));
  } catch {
    return `it says ${JSON.stringify(line.slice(0, 200))}`;
  }
}

function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const last = setTimeout(() => child.kill("SIGKILL"), LAST_WORDS);
  child.once("exit", () => clearTimeout(last));
}
