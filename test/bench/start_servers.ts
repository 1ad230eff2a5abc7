import { TestCertificate } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { startBackend } from "./backend.ts";
import type { BenchServer, RunningServer, TlsListener, Workload } from "./bench_server.ts";
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
  const certificates = workload.tls ? await makeCertificates(stack) : undefined;
  for (const server of servers) {
    const program = workload.programs[server.name];
    if (program === undefined) continue;
    const tls = certificates && { ...certificates, port: await freePort() };
    const task = {
      ...program,
      files: workload.files ?? {},
      ...(backend === undefined ? {} : { backend: `127.0.0.1:${backend.port}` }),
      ...(tls === undefined ? {} : { tls }),
      ...(workload.connections === undefined ? {} : { connections: workload.connections }),
    };
    const { url: plain, pid } = stack.use(await server.start(task));
    const started = { url: tls === undefined ? plain : `https://127.0.0.1:${tls.port}`, pid };
    const { url } = started;
    await verify(workload, { url, title: server.title, authority: certificates?.authority });
    running.set(server, started);
  }
  const ownership = stack.move();
  return { running, [Symbol.asyncDispose]: () => ownership.disposeAsync() };
}

/** Paths of a certificate for 127.0.0.1 and its key, and in PEM the authority that vouches for it. */
type Certificates = Omit<TlsListener, "port"> & { readonly authority: string };

/** An ordinary certificate of today, with a key of P-256: an RSA key would cost every server the same much more. */
async function makeCertificates(stack: AsyncDisposableStack): Promise<Certificates> {
  const folder = stack.use(new TemporaryFolder("certificates"));
  const authority = await TestCertificate.create();
  const site = await authority.issue({ names: ["localhost", "127.0.0.1"] });
  return {
    certificate: folder.write("site.pem", site.certificate),
    key: folder.write("site.key", site.key),
    authority: authority.certificate,
  };
}
