import { startBackend } from "./backend.ts";
import type { BenchServer, RunningServer, Workload } from "./bench_server.ts";
import { verify } from "./verify.ts";

/** Servers that have a workload to do, ready for it: each has given the right answers. */
export interface StartedServers extends AsyncDisposable {
  readonly running: ReadonlyMap<BenchServer, RunningServer>;
}

/** Starts the backend of a workload and those of the servers that have a program for it. */
export async function startServers(
  workload: Workload,
  servers: readonly BenchServer[],
): Promise<StartedServers> {
  await using stack = new AsyncDisposableStack();
  const running = new Map<BenchServer, RunningServer>();
  const backend = workload.backend && stack.use(await startBackend(workload.backend));
  for (const server of servers) {
    const program = workload.programs[server.name];
    if (program === undefined) continue;
    const task = { ...program, files: workload.files ?? {} };
    const started = await server.start(
      backend === undefined ? task : { ...task, backend: `127.0.0.1:${backend.port}` },
    );
    stack.use(started);
    await verify(workload, server, started);
    running.set(server, started);
  }
  const ownership = stack.move();
  return { running, [Symbol.asyncDispose]: () => ownership.disposeAsync() };
}
