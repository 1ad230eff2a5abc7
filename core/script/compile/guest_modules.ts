/** Modules the isolate provides through `require`, by full name. They are not part of a bundle. */
export const GUEST_MODULES: readonly string[] = ["lodestone", "lodestone/crypto"];

/** What to use instead of a Node module, by its name without `node:`. Completes "...is not available; ". */
const INSTEAD: Readonly<Record<string, string>> = {
  fs: 'use stat, readFile and readDir from "lodestone", and Response.file',
  "fs/promises": 'use stat, readFile and readDir from "lodestone", and Response.file',
  crypto: 'use "lodestone/crypto" for hashes, HMAC and random values, the global crypto.subtle for keys',
  http: "use fetch",
  https: "use fetch",
  http2: "use fetch",
  process: 'use env from "lodestone"',
  url: "use the global URL and URLSearchParams",
  querystring: "use the global URLSearchParams",
  util: "use the global TextEncoder and TextDecoder",
  timers: "use the global setTimeout",
  console: "use the global console",
  buffer: "use Uint8Array with TextEncoder and TextDecoder",
  path: "use string operations, paths are POSIX paths",
};

/** Why a Node module cannot be imported and what to use. `name` as written, with or without `node:`. */
export function nodeModuleMessage(name: string): string {
  const bare = name.startsWith("node:") ? name.slice(5) : name;
  const instead = Object.hasOwn(INSTEAD, bare) ? INSTEAD[bare] : "use the web-standard APIs";
  return `scripts run in a bare isolate: \`${name}\` is not available; ${instead}`;
}
