import type { Backend } from "../backend/backend.ts";
import { createBackends } from "../backend/create_backend.ts";
import type { Config } from "../config/config.ts";
import type { TimerWheel } from "../http/timer_wheel.ts";
import { AbsentBackend } from "./function_backend.ts";

/**
 * The configuration's backends. A script without a configuration file may name any other one, too, and learns when it fetches
 * from it that nobody has said where it is.
 */
export function realBackends(config: Config): (name: string, timers: TimerWheel) => Backend | undefined {
  let real: Map<string, Backend> | undefined;
  return (name, timers) => {
    real ??= createBackends(config.backends, { timers, head: config.http });
    const backend = real.get(name);
    if (backend !== undefined || config.file !== undefined) return backend;
    return new AbsentBackend(name, `say where it is: --backend ${name}=http://127.0.0.1:3000`);
  };
}
