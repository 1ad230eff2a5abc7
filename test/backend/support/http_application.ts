import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Http1Backend } from "../../../core/backend/http1_backend.ts";
import type { BackendServer } from "../../../core/config/config.ts";
import { TemporaryFolder } from "../../support/temporary_folder.ts";
import type { StartApplication } from "../backend_contract.ts";
import { backendConfig, backendOptions, tcpServer } from "./backend_config.ts";
import type { Certificate } from "./certificate.ts";

/** How the application is reached. */
export type Transport = "tcp" | "unix" | { readonly certificate: Certificate };

/** An application of the contract suite behind `node:http` or `node:https`. */
export function httpApplication(transport: Transport): StartApplication {
  return async (handle) => {
    const folder = new TemporaryFolder("backend");
    const backends: Http1Backend[] = [];
    let connections = 0;
    const server = makeServer(transport, (request, response) => {
      handle({
        method: request.method!,
        target: request.url!,
        headers: request.headers,
        body: request,
        abort: () => request.socket.destroy(),
        respond: (status, headers = {}) => response.writeHead(status, headers),
      });
    });
    server.on("connection", (socket) => {
      connections++;
      socket.on("close", () => connections--);
    });
    const address = await listen(server, transport, folder);
    const ca = typeof transport === "object" ? transport.certificate.cert : undefined;
    return {
      backend(changes) {
        const backend = new Http1Backend(backendConfig(address, changes), { ...backendOptions(), ca });
        backends.push(backend);
        return backend;
      },
      get connections() {
        return connections;
      },
      async [Symbol.asyncDispose]() {
        for (const backend of backends) backend.close();
        server.close();
        server.closeAllConnections();
        await once(server, "close");
        folder[Symbol.dispose]();
      },
    };
  };
}

function makeServer(transport: Transport, listener: http.RequestListener): http.Server | https.Server {
  if (typeof transport === "string") return http.createServer(listener);
  return https.createServer({ key: transport.certificate.key, cert: transport.certificate.cert }, listener);
}

async function listen(
  server: http.Server | https.Server,
  transport: Transport,
  folder: TemporaryFolder,
): Promise<BackendServer> {
  if (transport === "unix") {
    const path = join(folder.path, "server.sock");
    server.listen(path);
    await once(server, "listening");
    return { tls: false, host: undefined, port: 0, path };
  }
  const host = transport === "tcp" ? "127.0.0.1" : "localhost";
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { ...tcpServer(port, host), tls: transport !== "tcp" };
}
