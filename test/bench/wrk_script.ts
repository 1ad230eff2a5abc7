import type { BenchRequest } from "./bench_server.ts";

/**
 * A script for wrk that sends the requests in turn. They are written once, in `init`, so that the client costs no more than
 * with a single request; that one needs no function at all.
 */
export function wrkScript(requests: readonly BenchRequest[]): string {
  if (requests.length === 1) {
    const { path, headers } = requests[0]!;
    return `wrk.path = ${luaString(path)}\nwrk.headers = ${luaTable(headers)}\n`;
  }
  const formats = requests.map(
    ({ path, headers }) => `  add(wrk.format("GET", ${luaString(path)}, ${luaTable(headers)}))\n`,
  );
  return `
local requests, count, next = {}, 0, 0
local function add(request) count = count + 1; requests[count] = request end
function init()
${formats.join("")}end
function request()
  next = next % count + 1
  return requests[next]
end
`;
}

function luaTable(fields: Readonly<Record<string, string>> = {}): string {
  // wrk adds its own Host unless one of exactly this name is there.
  const entries = Object.entries(fields).map(
    ([name, value]) => `[${luaString(name.replace(/^host$/i, "Host"))}] = ${luaString(value)}`,
  );
  return `{ ${entries.join(", ")} }`;
}

/** A string literal of Lua. JSON's escapes are Lua's for everything that is ASCII and no control character. */
export function luaString(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new RangeError(`No plain ASCII: ${JSON.stringify(text)}`);
  return JSON.stringify(text);
}
