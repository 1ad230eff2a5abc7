import { fileURLToPath } from "node:url";
import { run } from "../../support/child.ts";
import { type Load, type LoadResult, pinnedToClients } from "../bench_server.ts";

const client = fileURLToPath(new URL("downloads_process.ts", import.meta.url));
/** Files under way at once. */
const CONNECTIONS = 2;

/**
 * Large files, whole ones only: a new one is begun until the time is over, and all of them are read to their end. wrk would leave
 * some half read, and reads 8 KB at a time, which makes the server send many small pieces.
 */
export const downloads: Load = async (url, asked, { seconds }) => {
  const input = JSON.stringify({ url: url + asked[0]!.path, seconds, connections: CONNECTIONS });
  const command = [...pinnedToClients, process.execPath, "--single-threaded", client];
  const { code, stdout, stderr } = await run(command[0]!, command.slice(1), { input });
  if (code !== 0) throw new Error(`The downloads failed: ${stderr.trim()}`);
  return JSON.parse(stdout) as LoadResult;
};
