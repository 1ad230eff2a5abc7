import { closeSync, writeSync } from "node:fs";
import type { ListenAddress } from "../config/config.ts";
import { takeListeningSocket } from "./listening_socket.ts";
import type { NamedSocket } from "./listening_sockets.ts";

/** The environment variable in which a process tells the one that follows it what it inherits. */
export const UPGRADE_VARIABLE = "LODESTONE_UPGRADE";

/** Descriptors that a process is born with begin behind standard error. */
const FIRST = 3;
/** More than any unit has; the number comes from the environment. */
const MOST = 1024;

/** The value of the variable, as JSON. */
export interface Handover {
  /** A pipe: the new process writes `ready`, or why it cannot serve as JSON, and a line break. */
  readonly report: number;
  readonly sockets: readonly {
    readonly fd: number;
    readonly configured: string | undefined;
    readonly address: ListenAddress;
    readonly removesFile: boolean;
  }[];
}

/** What this process was born with. */
export interface HandedSockets {
  readonly sockets: readonly NamedSocket[];
  /** What cannot be used, for the operator. */
  readonly problems: readonly string[];
  /** Who gave them. */
  readonly from: "nobody" | "systemd" | "upgrade";
  /** Tells the process before this one what has become of the upgrade: undefined when all went well. */
  report(failure: string | undefined): void;
}

/**
 * Takes the sockets that systemd (sd_listen_fds(3)) or the process before this one has opened, and removes what tells of
 * them from the environment: it isn't meant for the processes that this one starts. To be called once.
 */
export function takeHandedSockets(environment: NodeJS.ProcessEnv): HandedSockets {
  const handover = environment[UPGRADE_VARIABLE];
  const count = Math.min(listenFds(environment), MOST);
  for (const name of [
    UPGRADE_VARIABLE,
    "LISTEN_PID",
    "LISTEN_FDS",
    "LISTEN_PIDFDID",
    "LODESTONE_LISTEN_FDS",
  ]) {
    delete environment[name];
  }
  const names = environment.LISTEN_FDNAMES?.split(":") ?? [];
  delete environment.LISTEN_FDNAMES;
  if (handover?.startsWith("{")) return fromUpgrade(JSON.parse(handover) as Handover);
  return count === 0 ? NOTHING : fromSystemd(count, names);
}

const NOTHING: HandedSockets = { sockets: [], problems: [], from: "nobody", report: () => {} };

/** The launcher has counted them where it stands between systemd and this process. */
function listenFds(environment: NodeJS.ProcessEnv): number {
  if (environment.LODESTONE_LISTEN_FDS !== undefined) return Number(environment.LODESTONE_LISTEN_FDS) || 0;
  return environment.LISTEN_PID === String(process.pid) ? Number(environment.LISTEN_FDS) || 0 : 0;
}

function fromSystemd(count: number, names: readonly string[]): HandedSockets {
  const sockets: NamedSocket[] = [];
  const problems: string[] = [];
  for (let index = 0; index < count; index++) {
    try {
      // systemd made the file, systemd removes it.
      const socket = takeListeningSocket(FIRST + index, undefined, false);
      sockets.push({ socket, configured: undefined });
    } catch (error) {
      const name = names[index] ?? "unknown";
      problems.push(`socket ${index + 1} of systemd ("${name}") is not a stream socket: ${String(error)}`);
    }
  }
  return { sockets, problems, from: "systemd", report: () => {} };
}

function fromUpgrade({ report, sockets }: Handover): HandedSockets {
  return {
    sockets: sockets.map(({ fd, configured, address, removesFile }) => ({
      configured,
      socket: takeListeningSocket(fd, address, removesFile),
    })),
    problems: [],
    from: "upgrade",
    report: (failure) => {
      try {
        writeSync(report, failure === undefined ? "ready\n" : `${JSON.stringify(failure)}\n`);
        closeSync(report);
      } catch {
        // Nobody waits for it any more.
      }
    },
  };
}
