import { execFile } from "node:child_process";

/** How to start this program again, as it is on disk now. */
export interface LaunchPlan {
  readonly node: string;
  readonly parameters: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Milliseconds that the launcher may take to find a Node. */
const DEADLINE = 10_000;

/**
 * Asks the launcher by which this process was started (`LODESTONE_LAUNCHED`, see lodestone.js) which Node it would take;
 * without one, this Node. Rejects when the launcher is not there any more, or finds none.
 */
export async function launchPlan(
  launched: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<LaunchPlan> {
  if (launched === undefined) {
    return {
      node: process.execPath,
      parameters: [...process.execArgv, ...process.argv.slice(1)],
      env: environment,
    };
  }
  const [node, launcher] = JSON.parse(launched) as [string, string];
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = {
    env: { ...environment, LODESTONE_PLAN: "1" },
    timeout: DEADLINE,
    maxBuffer: 16 * 2 ** 20,
  };
  execFile(node, [launcher, ...process.argv.slice(2)], options, (error, stdout, stderr) => {
    if (error === null && stdout !== "") resolve(stdout);
    else reject(new Error(`${launcher} cannot be started: ${stderr.trim() || (error?.message ?? "")}`));
  });
  return JSON.parse(await promise) as LaunchPlan;
}
