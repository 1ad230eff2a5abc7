import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Child } from "./child.ts";
import { findProgram } from "./peer.ts";
import { TemporaryFolder } from "./temporary_folder.ts";
import { until } from "./until.ts";

export interface PhpFpm extends AsyncDisposable {
  /** Path of the Unix socket on which it speaks FastCGI. */
  readonly socket: string;
  /** Absolute path of the folder of its scripts. */
  readonly root: string;
  readonly pid: number;
}

export interface PhpFpmOptions {
  /** Scripts by name. */
  readonly scripts: Record<string, string>;
  /** Processes that serve requests, all of them from the start; by default 4. */
  readonly children?: number;
  /** Program and arguments that start it, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
}

/** Starts Debian's php-fpm, with its byte-code cache. */
export async function startPhpFpm(options: PhpFpmOptions): Promise<PhpFpm> {
  const folder = new TemporaryFolder("php");
  // Started by root it serves as another user, who has to read this folder.
  chmodSync(folder.path, 0o755);
  for (const [name, source] of Object.entries(options.scripts)) folder.write(`www/${name}`, source);
  const socket = join(folder.path, "php.sock");
  const file = folder.write("php-fpm.conf", configuration(folder.path, socket, options.children ?? 4));
  const command = [
    ...(options.wrapper ?? []),
    findProgram("php-fpm8.2")!,
    "--nodaemonize",
    "--fpm-config",
    file,
  ];
  const child = new Child(command[0]!, command.slice(1));
  const end = async (): Promise<void> => {
    if (child.running) child.process.kill("SIGTERM");
    await child.ended;
    folder[Symbol.dispose]();
  };
  try {
    await until("php-fpm listens", () => {
      if (!child.running) throw new Error(`php-fpm ended:\n${child.stderr}`);
      return existsSync(socket);
    });
  } catch (error) {
    await end();
    throw error;
  }
  return { socket, root: join(folder.path, "www"), pid: child.pid, [Symbol.asyncDispose]: end };
}

/** php-fpm reads `user` and `group` only when root has started it. */
function configuration(folder: string, socket: string, children: number): string {
  return `
[global]
error_log = ${folder}/php-fpm.log
daemonize = no
[www]
user = www-data
group = www-data
listen = ${socket}
listen.mode = 0666
pm = static
pm.max_children = ${children}
pm.max_requests = 0
php_admin_value[opcache.validate_timestamps] = 0
`;
}
