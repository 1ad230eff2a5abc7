import type { Config } from "../config/config.ts";
import type { Backend } from "./backend.ts";
import { Http1Backend, type Http1BackendOptions } from "./http1_backend.ts";

/** Every backend of a configuration, by name. No connection is opened yet. */
export function createBackends(
  config: Config["backends"],
  options: Http1BackendOptions,
): Map<string, Backend> {
  const backends = new Map<string, Backend>();
  for (const [name, backend] of Object.entries(config))
    backends.set(name, new Http1Backend(backend, options));
  return backends;
}
