import { freePort } from "./free_port.ts";
import { type Peer, startPeer } from "./start_peer.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

export interface HaproxyOptions {
  /** Sections of the configuration behind `global` and `defaults`; `ports` in the order of their number. */
  readonly sections: (ports: readonly number[]) => string;
  /** Free ports that the sections need. */
  readonly ports: number;
}

/** haproxy, with the ports that its sections were given. */
export type Haproxy = Peer & { readonly ports: readonly number[] };

/** Starts Debian's haproxy; its own address answers 200 to everything. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const folder = new TemporaryFolder("haproxy");
  const ports: number[] = [];
  for (let i = 0; i < options.ports; i++) ports.push(await freePort());
  const peer = await startPeer("haproxy", {
    folder,
    configure: (port) => [
      "-db",
      "-f",
      folder.write("haproxy.cfg", `${START}  bind 127.0.0.1:${port}\n${options.sections(ports)}\n`),
    ],
  });
  return Object.assign(peer, { ports });
}

const START = `
global
  maxconn 100
defaults
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend ready
  mode http
  http-request return status 200
`;
