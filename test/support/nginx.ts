import { existsSync } from "node:fs";
import { type Peer, startPeer } from "./start_peer.ts";
import { type Content, TemporaryFolder } from "./temporary_folder.ts";

export interface NginxOptions {
  /** Directives of the `server` block, without `listen`. `root` is the `www` folder of the temporary folder. */
  readonly server: string;
  /** Files below `www`, by path. */
  readonly files?: Record<string, Content>;
  /** Directives outside of all blocks, such as `load_module`. */
  readonly main?: string;
  /** Directives of the `http` block. */
  readonly http?: string;
  /** Directives of further `server` blocks, which listen where the first one does. */
  readonly servers?: readonly string[];
  /** Connections it has room for, those to backends included; 1024 by default. */
  readonly connections?: number;
  /** Files of the temporary folder itself, which relative paths start from. */
  readonly beside?: Record<string, Content>;
  /** Program and arguments that start nginx, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
}

/** Starts Debian's nginx; everything it writes goes to a temporary folder. */
export function startNginx(options: NginxOptions): Promise<Peer> {
  const folder = new TemporaryFolder("nginx");
  return startPeer("nginx", {
    folder,
    wrapper: options.wrapper,
    configure(port) {
      for (const [path, content] of Object.entries(options.files ?? {})) folder.write(`www/${path}`, content);
      for (const [path, content] of Object.entries(options.beside ?? {})) folder.write(path, content);
      const file = folder.write("nginx.conf", configuration(folder.path, port, options));
      return ["-c", file, "-p", folder.path, "-e", "stderr"];
    },
  });
}

function configuration(folder: string, port: number, options: NginxOptions): string {
  const mimeTypes = "/etc/nginx/mime.types";
  return `
${options.main ?? ""}
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections ${options.connections ?? 1024}; }
http {
  ${existsSync(mimeTypes) ? `include ${mimeTypes};` : ""}
  default_type application/octet-stream;
  access_log ${folder}/access.log;
  client_body_temp_path ${folder}/client_body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${options.http ?? ""}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/www;
    ${options.server}
  }
  ${(options.servers ?? []).map((server) => `server { listen 127.0.0.1:${port}; ${server} }`).join("\n  ")}
}
`;
}
