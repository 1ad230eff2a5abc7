import type { BackendConfig, BackendServer } from "../../../core/config/config.ts";
import { TimerWheel } from "../../../core/http/timer_wheel.ts";

/** A backend's configuration with generous limits; tests name only what they are about. */
export function backendConfig(server: BackendServer, changes: Partial<BackendConfig> = {}): BackendConfig {
  return {
    name: "test",
    protocol: "http",
    server,
    connectTimeout: 5000,
    responseTimeout: 5000,
    idleTimeout: 5000,
    idleConnections: 8,
    keepAlive: 60_000,
    connections: 8,
    queue: 16,
    proxyProtocol: "none",
    ...changes,
  };
}

export function tcpServer(port: number, host = "127.0.0.1"): BackendServer {
  return { tls: false, host, port, path: undefined };
}

/** Options of a backend in a test: a quick wheel, and limits small enough to be passed. */
export function backendOptions(): {
  timers: TimerWheel;
  head: { requestLine: number; head: number; fields: number };
} {
  return { timers: new TimerWheel({ tick: 10 }), head: { requestLine: 4096, head: 16_384, fields: 100 } };
}
