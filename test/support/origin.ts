import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

/** A real HTTP server behind the proxy, answering as the test says. Ends with its scope. */
export interface Origin extends AsyncDisposable {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Heads of all requests so far, in the order they came. */
  readonly requests: readonly ReceivedRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
}

/** Starts an origin: one handler for all requests, or one for each path (query ignored), 404 for the others. */
export async function startOrigin(
  handlers: http.RequestListener | Record<string, http.RequestListener>,
): Promise<Origin> {
  const requests: ReceivedRequest[] = [];
  let connections = 0;
  const server = http.createServer((request, response) => {
    requests.push({ method: request.method!, url: request.url!, headers: request.headers });
    handlerFor(handlers, request.url!)(request, response);
  });
  server.on("connection", () => {
    connections++;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function handlerFor(
  handlers: http.RequestListener | Record<string, http.RequestListener>,
  url: string,
): http.RequestListener {
  if (typeof handlers === "function") return handlers;
  return handlers[new URL(url, "http://origin").pathname] ?? ((_, response) => response.writeHead(404).end());
}
