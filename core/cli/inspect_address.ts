import { UsageError } from "./exit_code.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 9229;
const ADDRESS = /^(?:(?:\[([\da-fA-F:]+)\]|([\w.-]*[A-Za-z.-][\w.-]*))?(?::(?=\d))?)?(\d{1,5})?$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/;

/**
 * Where `--inspect[=HOST:PORT]` listens; HOST, PORT or both may be left out. Whoever reaches a debugger can run code
 * with what the scripts may do, so that it is loopback only. Throws UsageError.
 */
export function inspectAddress(value: string | true): { host: string; port: number } {
  if (value === true) return { host: DEFAULT_HOST, port: DEFAULT_PORT };
  const [found, ipv6, name, port = String(DEFAULT_PORT)] = ADDRESS.exec(value) ?? [];
  const host = ipv6 ?? name ?? DEFAULT_HOST;
  if (!found || Number(port) > 65_535 || !LOOPBACK.test(host)) {
    throw new UsageError(
      `--inspect takes PORT, or HOST:PORT where HOST is this machine itself (127.0.0.1, [::1] or localhost), not "${value}"; ` +
        "from another machine come by an SSH tunnel",
    );
  }
  return { host, port: Number(port) };
}
