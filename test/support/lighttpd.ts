import { answers } from "./answers.ts";
import { Child } from "./child.ts";
import { freePort } from "./free_port.ts";
import { findProgram } from "./peer.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

export interface LighttpdOptions {
  /** Directives, without address and document root; `var.folder` is the temporary folder. */
  readonly config: string;
  /** Files of the temporary folder by path; the document root is its folder `www`. */
  readonly files?: Record<string, string | Uint8Array>;
  /** Program and arguments that start lighttpd, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
}

export interface Lighttpd extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
}

/** Starts Debian's lighttpd as a child in the foreground, one process. */
export async function startLighttpd(options: LighttpdOptions): Promise<Lighttpd> {
  const folder = new TemporaryFolder("lighttpd");
  try {
    folder.write("www/index.html", "");
    for (const [path, content] of Object.entries(options.files ?? {})) folder.write(path, content);
    for (let attempt = 0; attempt < 5; attempt++) {
      const port = await freePort();
      const file = folder.write("lighttpd.conf", configuration(folder.path, port, options.config));
      const command = [...(options.wrapper ?? []), findProgram("lighttpd")!, "-D", "-f", file];
      const child = new Child(command[0]!, command.slice(1));
      if (await answers(child, port)) return running(child, port, folder);
      await child[Symbol.asyncDispose]();
      if (!child.stderr.includes("Address already in use"))
        throw new Error(`lighttpd ended:\n${child.stderr}`);
    }
    throw new Error("lighttpd found every port taken, five times in a row");
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

function running(child: Child, port: number, folder: TemporaryFolder): Lighttpd {
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.process.kill("SIGTERM");
      await child.ended;
      folder[Symbol.dispose]();
    },
  };
}

function configuration(folder: string, port: number, config: string): string {
  return `
var.folder = "${folder}"
server.document-root = var.folder + "/www"
server.bind = "127.0.0.1"
server.port = ${port}
${config}
`;
}
