import { existsSync } from "node:fs";
import { answers } from "./answers.ts";
import { Child } from "./child.ts";
import { freePort } from "./free_port.ts";
import { findProgram } from "./peer.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

export interface NginxOptions {
  /** Directives of the `server` block, without `listen`. `root` is the `www` folder of the temporary folder. */
  readonly server: string;
  /** Files below `www`, by path. */
  readonly files?: Record<string, string | Uint8Array>;
  /** Directives outside of all blocks, such as `load_module`. */
  readonly main?: string;
  /** Program and arguments that start nginx, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
}

export interface Nginx extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
}

/** Starts Debian's nginx as a child in the foreground; everything it writes goes to a temporary folder. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = new TemporaryFolder("nginx");
  try {
    for (const [path, content] of Object.entries(options.files ?? {})) folder.write(`www/${path}`, content);
    for (let attempt = 0; attempt < 5; attempt++) {
      const port = await freePort();
      const file = folder.write("nginx.conf", configuration(folder.path, port, options));
      const command = [
        ...(options.wrapper ?? []),
        findProgram("nginx")!,
        "-c",
        file,
        "-p",
        folder.path,
        "-e",
        "stderr",
      ];
      const child = new Child(command[0]!, command.slice(1));
      if (await answers(child, port)) return running(child, port, folder);
      await child[Symbol.asyncDispose]();
      if (!child.stderr.includes("Address already in use")) throw new Error(`nginx ended:\n${child.stderr}`);
    }
    throw new Error("nginx found every port taken, five times in a row");
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

function running(child: Child, port: number, folder: TemporaryFolder): Nginx {
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

function configuration(folder: string, port: number, options: NginxOptions): string {
  const mimeTypes = "/etc/nginx/mime.types";
  return `
${options.main ?? ""}
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 1024; }
http {
  ${existsSync(mimeTypes) ? `include ${mimeTypes};` : ""}
  default_type application/octet-stream;
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/client_body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/www;
    ${options.server}
  }
}
`;
}
