import { answers } from "./answers.ts";
import { Child } from "./child.ts";
import { freePort } from "./free_port.ts";
import { findProgram } from "./peer.ts";
import type { TemporaryFolder } from "./temporary_folder.ts";

/** An outside HTTP server that runs as a child in the foreground, one process. */
export interface Peer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

export interface PeerOptions {
  /** Its own, with all it reads and writes; removed at its end. */
  readonly folder: TemporaryFolder;
  /** Program and arguments that start it, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[] | undefined;
  /** Path of the program, when it is not the one of that name. */
  readonly program?: string;
  /** Variables added to the environment. */
  readonly env?: Record<string, string>;
  /** Writes the configuration for that port; returns the arguments. */
  configure(port: number): readonly string[];
}

/** Starts a server of that name on a free port, and waits until it answers. */
export async function startPeer(name: string, options: PeerOptions): Promise<Peer> {
  const { folder, wrapper = [], program = findProgram(name)! } = options;
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      const port = await freePort();
      const command = [...wrapper, program, ...options.configure(port)];
      const child = new Child(
        command[0]!,
        command.slice(1),
        options.env === undefined ? {} : { env: options.env },
      );
      if (await answers(child, port)) return running(child, port, folder);
      await child[Symbol.asyncDispose]();
      if (!child.stderr.includes("Address already in use"))
        throw new Error(`${name} ended:\n${child.stderr}`);
    }
    throw new Error(`${name} found every port taken, five times in a row`);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

function running(child: Child, port: number, folder: TemporaryFolder): Peer {
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.process.kill("SIGTERM");
      await child.ended;
      folder[Symbol.dispose]();
    },
  };
}
