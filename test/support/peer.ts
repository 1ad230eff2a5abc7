import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** Outside programs that tests run against, each with the Debian package that brings it. */
const packages = {
  apache2: "apache2-bin",
  chromium: "chromium",
  curl: "curl",
  h2load: "nghttp2-client",
  haproxy: "haproxy",
  lighttpd: "lighttpd",
  nginx: "nginx-light",
  njs: "libnginx-mod-http-js",
  openssl: "openssl",
  "php-fpm8.2": "php8.2-fpm",
  prlimit: "util-linux",
  setpriv: "util-linux",
  strace: "strace",
  "systemd-notify": "systemd",
  "systemd-socket-activate": "systemd",
  taskset: "util-linux",
  varnishd: "varnish",
  wrk: "wrk",
} as const;

export type Peer = keyof typeof packages;

/** Whether every named program is installed. When not, the test is skipped, or fails if LODESTONE_REQUIRE_PEERS=1. */
export function requirePeer(t: TestContext, ...peers: Peer[]): boolean {
  const missing = missingPeer(...peers);
  if (missing === undefined) return true;
  if (process.env.LODESTONE_REQUIRE_PEERS === "1") throw new Error(missing);
  t.skip(missing);
  return false;
}

/** What to say about the first program that is not installed; undefined when all are. */
export function missingPeer(...peers: Peer[]): string | undefined {
  const missing = peers.find((peer) => !isInstalled(peer));
  if (missing === undefined) return undefined;
  return `${missing} is not installed: run test/peers/install.sh, or apt-get install ${packages[missing]}`;
}

function isInstalled(peer: Peer): boolean {
  // No program but a module of nginx.
  if (peer === "njs") return existsSync("/usr/lib/nginx/modules/ngx_http_js_module.so");
  return findProgram(peer) !== undefined;
}

/** Servers live in sbin, which an ordinary user's PATH leaves out. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
