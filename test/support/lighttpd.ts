import { type Peer, startPeer } from "./start_peer.ts";
import { type Content, TemporaryFolder } from "./temporary_folder.ts";

export interface LighttpdOptions {
  /** Directives, without address and document root; `var.folder` is the temporary folder. */
  readonly config: string;
  /**
   * Files of the temporary folder by path; the document root is its folder `www`, in the environment of scripts as
   * DOCUMENT_ROOT. Lua finds modules in the folder.
   */
  readonly files?: Record<string, Content>;
  /** Program and arguments that start lighttpd, such as `taskset -c 0`. */
  readonly wrapper?: readonly string[];
}

/** Starts Debian's lighttpd. */
export function startLighttpd(options: LighttpdOptions): Promise<Peer> {
  const folder = new TemporaryFolder("lighttpd");
  return startPeer("lighttpd", {
    folder,
    wrapper: options.wrapper,
    env: { LUA_PATH: `${folder.path}/?.lua`, DOCUMENT_ROOT: `${folder.path}/www` },
    configure(port) {
      folder.write("www/index.html", "");
      for (const [path, content] of Object.entries(options.files ?? {})) folder.write(path, content);
      return ["-D", "-f", folder.write("lighttpd.conf", configuration(folder.path, port, options.config))];
    },
  });
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
